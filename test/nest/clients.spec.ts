import { Injectable, Module } from '@nestjs/common';
import {
  getSagaClientToken,
  InjectSaga,
  Query,
  Saga,
  SagaClient,
  SagaEngine,
  SagaModule,
  SagaQueries,
  Signal,
  Step,
  Update,
  UpdateValidator,
  type SagaContext,
  type SagaModuleOptions,
  type SagaOptionsFactory,
} from 'reprise';
import { closeApplications, memoryStore, started } from './application.js';

// On purpose the first statement of the file: the classes below do not exist yet, as when their files are imported later.
const store = memoryStore();
const early = SagaModule.forRoot({ store });
const earlyAsync = SagaModule.forRootAsync({ useFactory: () => ({ store: memoryStore() }) });

@Saga({ name: 'greet' })
class GreetSaga {
  @Step() async greet(name: string) {
    return `hello ${name}`;
  }
  @Query() greeted() {
    return true;
  }
  async run(name: string) {
    return this.greet(name);
  }
}

@Injectable()
class Greeter {
  constructor(@InjectSaga(GreetSaga) readonly greetings: SagaClient<GreetSaga>) {}
}

@Module({ providers: [Greeter], exports: [Greeter] })
class GreeterModule {}

describe('a client', () => {
  afterEach(closeApplications);

  it.each([
    ['forRoot', early],
    ['forRootAsync', earlyAsync],
  ])('is there for classes that are loaded after the call of %s', async (_how, sagaModule) => {
    const app = await started({ imports: [GreeterModule, sagaModule], providers: [GreetSaga] });
    const handle = await app.get(Greeter).greetings.start('you');
    await expect(handle.result()).resolves.toBe('hello you');
    expect(app.get(getSagaClientToken(GreetSaga))).toBe(app.get(Greeter).greetings);
  });

  it('is there for classes that are loaded after the application, by forFeature', async () => {
    const shared = memoryStore();
    const app = await started({ imports: [SagaModule.forRoot({ store: shared })] });
    @Saga({ name: 'late' })
    class LateSaga {
      async run() {
        return 'never too late';
      }
    }
    const { LazyModuleLoader } = await import('@nestjs/core');
    const lazy = await app.get(LazyModuleLoader).load(() => SagaModule.forFeature([LateSaga]));
    const client = lazy.get<SagaClient<LateSaga>>(getSagaClientToken(LateSaga));
    const handle = await client.start();
    await started({ imports: [SagaModule.forRoot({ store: shared })], providers: [LateSaga] });
    await expect(handle.result()).resolves.toBe('never too late');
  });

  it.each([
    ['that does not provide the class', {}, []],
    ['with `worker: false`', { worker: false }, [GreetSaga]],
  ])('starts instances in a process %s, and another process runs them', async (_what, options, providers) => {
    const shared = memoryStore();
    const front = await started({
      imports: [SagaModule.forRoot({ store: shared, ...options }), GreeterModule],
      providers,
    });
    const handle = await front.get(Greeter).greetings.start('them', { id: 'g1' });
    await expect(handle.describe()).resolves.toMatchObject({ status: 'running' });
    expect(front.get(SagaEngine).resident).toBe(0);
    await started({ imports: [SagaModule.forRoot({ store: shared })], providers: [GreetSaga] });
    await expect(handle.result()).resolves.toBe('hello them');
  });

  it('S10 starts what begins later, once for many starts, and shows when; it is cancelled before that', async () => {
    const app = await started({
      imports: [SagaModule.forRoot({ store: memoryStore() }), GreeterModule],
      providers: [GreetSaga],
    });
    const { greetings } = app.get(Greeter);
    const first = await greetings.start('a', { id: 'g1', debounce: '1 hour' });
    const { beginsAt } = await first.describe();
    const handle = await greetings.start('b', { id: 'g1', debounce: '2 hours', maxWait: '1 day' });
    const later = await handle.describe();
    expect(later).toMatchObject({ status: 'delayed', key: (await first.describe()).key });
    expect(later.beginsAt! - beginsAt!).toBeGreaterThanOrEqual(3_600_000);
    expect(await app.get(SagaQueries).count({ status: 'delayed' })).toMatchObject({ count: 1 });
    await handle.cancel('not needed');
    await expect(handle.result()).rejects.toMatchObject({ code: 'SAGA_CANCELLED' });
    const soon = await greetings.start('c', { id: 'g2', delay: '20ms' });
    await expect(soon.result()).resolves.toBe('hello c');
  });

  it('D8 asks an instance with the class of the version that it began with', async () => {
    @Saga({ name: 'versioned', version: 1 })
    class First {
      @Query() version() {
        return 1;
      }
      async run() {}
    }
    @Saga({ name: 'versioned', version: 2 })
    class Second extends First {
      override version() {
        return 2;
      }
    }
    const app = await started({ imports: [SagaModule.forRoot({ store: memoryStore() })], providers: [First, Second] });
    const first = app.get<SagaClient<First>>(getSagaClientToken(First));
    const second = app.get<SagaClient<Second>>(getSagaClientToken(Second));
    const handle = await first.start();
    await expect(second.get(handle.id).query('version')).resolves.toBe(1);
    const greetings = app.get<SagaClient<GreetSaga>>(getSagaClientToken(GreetSaga));
    await expect(greetings.get(handle.id).query('greeted')).rejects.toThrow('is of saga "versioned", not of "greet"');
  });
});

describe('forRootAsync', () => {
  afterEach(closeApplications);

  @Injectable()
  class Configuration implements SagaOptionsFactory {
    createSagaOptions(): SagaModuleOptions {
      return { store: memoryStore() };
    }
  }
  @Module({
    providers: [Configuration, { provide: 'STORE', useFactory: memoryStore }],
    exports: [Configuration, 'STORE'],
  })
  class ConfigurationModule {}

  it.each([
    ['useClass', () => SagaModule.forRootAsync({ useClass: Configuration })],
    ['useExisting', () => SagaModule.forRootAsync({ imports: [ConfigurationModule], useExisting: Configuration })],
    [
      'useFactory with inject',
      () =>
        SagaModule.forRootAsync({
          imports: [ConfigurationModule],
          inject: ['STORE'],
          useFactory: async (injected: typeof store) => ({ store: injected }),
        }),
    ],
  ])('takes its options from %s', async (_how, sagaModule) => {
    const app = await started({ imports: [sagaModule(), GreeterModule], providers: [GreetSaga] });
    await expect((await app.get(Greeter).greetings.start('you')).result()).resolves.toBe('hello you');
  });

  it('M3 M1 sends updates and waits for their answers, and starts what a message is for', async () => {
    @Saga({ name: 'tally' })
    class Tally {
      private sum = 0;
      private isDone = false;
      @Update() async add(amount: number): Promise<number> {
        return (this.sum += amount);
      }
      @UpdateValidator('add') mayAdd(amount: number): void {
        if (amount < 0) throw new RangeError('only more');
      }
      @Signal() end(): void {
        this.isDone = true;
      }
      async run(_input: unknown, saga: SagaContext): Promise<number> {
        await saga.until(() => this.isDone);
        return this.sum;
      }
    }
    const app = await started({ imports: [SagaModule.forRoot({ store: memoryStore() })], providers: [Tally] });
    const client = app.get<SagaClient<Tally>>(getSagaClientToken(Tally));
    const { handle, result } = await client.updateWithStart('add', [1], undefined, { id: 't1' });
    expect([handle.id, result]).toEqual(['t1', 1]);
    await expect(handle.update('add', 2)).resolves.toBe(3);
    await expect(handle.update('add', -1)).rejects.toMatchObject({ code: 'UPDATE_REJECTED' });
    for (let i = 0; i < 2; i++) {
      const update = await handle.with({ key: 'once' }).startUpdate('add', 4);
      await expect(update.result()).resolves.toBe(7);
    }
    await client.signalWithStart('end', [], undefined, { id: 't1' });
    await expect(handle.result()).resolves.toBe(7);
    const ended = await client.signalWithStart('end', [], undefined, { id: 't2' });
    await expect(ended.result()).resolves.toBe(0);
  });
});
