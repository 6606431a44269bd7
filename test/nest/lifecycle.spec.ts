import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import { getSagaClientToken, InjectSaga, Saga, SagaClient, SagaModule, Step } from 'reprise';
import { microservices } from 'reprise/microservices';
import { application, closeApplications, memoryStore, started } from './application.js';

class Latch {
  release!: () => void;
  readonly released = new Promise<void>((resolve) => (this.release = resolve));
}

@Injectable()
class Gate {
  readonly entered = new Latch();
  readonly opened = new Latch();
}

@Saga({ name: 'gated' })
class GatedSaga {
  constructor(@Inject(Gate) private readonly gate: Gate) {}
  @Step() async pass() {
    this.gate.entered.release();
    await this.gate.opened.released;
    return 'through';
  }
  async run() {
    return this.pass();
  }
}

@Injectable()
class StartsEarly implements OnModuleInit {
  id?: string;
  constructor(@InjectSaga(GatedSaga) private readonly client: SagaClient<GatedSaga>) {}
  async onModuleInit() {
    this.id = (await this.client.start(undefined, { id: 'early' })).id;
  }
}

describe('the life of an application', () => {
  afterEach(closeApplications);

  it('lets a provider start sagas in its own onModuleInit', async () => {
    const app = await started({
      imports: [SagaModule.forRoot({ store: memoryStore() })],
      providers: [StartsEarly, GatedSaga, Gate],
    });
    app.get(Gate).opened.release();
    const client = app.get<SagaClient<GatedSaga>>(getSagaClientToken(GatedSaga));
    await expect(client.get(app.get(StartsEarly).id!).result()).resolves.toBe('through');
  });

  it('W4 lets running steps finish at shutdown, and their outcome is durable', async () => {
    const store = memoryStore();
    const app = await started({ imports: [SagaModule.forRoot({ store })], providers: [GatedSaga, Gate] });
    const handle = await app.get<SagaClient<GatedSaga>>(getSagaClientToken(GatedSaga)).start();
    const gate = app.get(Gate);
    await gate.entered.released;
    const closing = app.close();
    gate.opened.release();
    await closing;
    const next = await started({ imports: [SagaModule.forRoot({ store })], providers: [GatedSaga, Gate] });
    const again = next.get<SagaClient<GatedSaga>>(getSagaClientToken(GatedSaga)).get(handle.id);
    await expect(again.result()).resolves.toBe('through');
    const attempts = (await again.history())
      .flatMap(({ events }) => events)
      .filter(({ type }) => type === 'StepCompleted');
    expect(attempts).toMatchObject([{ attempt: 1 }]);
  });

  it('gives an attempt that outlasts the grace time to the next worker', async () => {
    const store = memoryStore();
    const app = await started({ imports: [SagaModule.forRoot({ store, grace: 1 })], providers: [GatedSaga, Gate] });
    const handle = await app.get<SagaClient<GatedSaga>>(getSagaClientToken(GatedSaga)).start();
    await app.get(Gate).entered.released;
    await app.close();
    const next = await started({ imports: [SagaModule.forRoot({ store })], providers: [GatedSaga, Gate] });
    next.get(Gate).opened.release();
    const again = next.get<SagaClient<GatedSaga>>(getSagaClientToken(GatedSaga)).get(handle.id);
    await expect(again.result()).resolves.toBe('through');
  });

  it('refuses to start anything after shutdown, with a code', async () => {
    const providers = [GatedSaga, Gate];
    const app = await started({ imports: [SagaModule.forRoot({ store: memoryStore() })], providers });
    const never = await application({ imports: [SagaModule.forRoot({ store: memoryStore() })], providers });
    for (const closed of [app, never]) {
      const client = closed.get<SagaClient<GatedSaga>>(getSagaClientToken(GatedSaga));
      await closed.close();
      await expect(client.start()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    }
  });

  it('says at the start what the transport has to say', async () => {
    const lines: string[] = [];
    const note = (level: string) => (text: unknown) => void lines.push(`${level} ${String(text)}`);
    const transport = microservices({ mail: { transport: Transport.REDIS, options: { retryAttempts: 3 } } });
    const imports = [SagaModule.forRoot({ store: memoryStore(), transport })];
    const app = await application({ imports, providers: [GatedSaga, Gate] });
    Logger.overrideLogger({ log: note('log'), warn: note('warn'), error: note('error') });
    await app.init();
    Logger.overrideLogger(false);
    expect(lines).toContainEqual(expect.stringMatching(/^log Every replica of "mail" hears every command on Redis/));
    expect(lines).toContainEqual(expect.stringMatching(/^warn Service "mail": `retryAttempts: 3` gives up/));
  });
});
