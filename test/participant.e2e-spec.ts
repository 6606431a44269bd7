import { Controller, type INestApplicationContext, Inject, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { randomUUID } from 'node:crypto';
import { type AddressInfo, type Server } from 'node:net';
import { type Command, contract, declaredErrors } from 'reprise/contracts';
import { reviveDeclared, type StepCommand, type StepReply } from 'reprise/core';
import { MicroserviceTransport } from 'reprise/microservices';
import { Handles, type Handlers, type HandlerStep, ParticipantModule } from 'reprise/participant';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { Inventory } from './transport/contract.js';
import { stepCommand } from './transport/step-command.js';
import { tcpService } from './transport/tcp-service.js';

const schema = `participant_${randomUUID().replaceAll('-', '')}`;
const inboxSchema = `${schema}_inbox`;
const OUTSIDE: string[] = [];

/** Lets a spec stop a handler in the middle: `sku` names the behaviour. */
class Gate {
  readonly reached = new Promise<void>((resolve) => (this.reach = resolve));
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
  declare reach: () => void;
  declare open: () => void;

  async pass(): Promise<void> {
    this.reach();
    await this.opened;
  }
}
const gates = new Map<string, Gate>();
function gateFor(sku: string): Gate {
  const gate = new Gate();
  gates.set(sku, gate);
  return gate;
}

const Outside = contract('inventory', {
  order: { input: Inventory.release.definition.input, output: Inventory.size.definition.output },
  cancel: { input: Inventory.release.definition.input },
});

@Controller()
class InventoryController implements Handlers<typeof Inventory> {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Handles(Inventory.reserve)
  async reserve({ sku, count }: { sku: string; count: number }, step: HandlerStep) {
    await this.write(step, sku, count);
    await gates.get(sku)?.pass();
    if (sku === 'none') throw new Inventory.errors.OutOfStock({ sku, left: 3n });
    if (sku === 'string') throw 'a thrown string';
    if (sku === 'broken') throw new TypeError('the shelf fell over');
    if (sku === 'swallow') await step.manager.query('SELECT 1/0').catch(() => {});
    if (sku === 'wrong') return { id: 7 as never, count };
    return { id: `r-${sku}`, count };
  }

  @Handles(Inventory.release)
  async release({ sku }: { sku: string }, step: HandlerStep) {
    await this.write(step, `released ${sku}`, 0);
  }

  @Handles(Inventory.size)
  async size(kind: string) {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    return { big: 10n, circle, instance: new Gate(), date: new Date(0), nothing: undefined }[kind];
  }

  @Handles(Outside.order, { transaction: false })
  async order({ sku }: { sku: string }, step: HandlerStep) {
    OUTSIDE.push(sku);
    await gates.get(sku)?.pass();
    if (sku === 'manager') return step.manager;
    return OUTSIDE.length;
  }

  @Handles(Outside.cancel)
  async cancel({ sku }: { sku: string }) {
    OUTSIDE.push(`cancelled ${sku}`);
  }

  private async write({ manager, key }: HandlerStep, sku: string, count: number): Promise<void> {
    await manager.query(`INSERT INTO ${schema}.effect (key, sku, count) VALUES ($1, $2, $3)`, [key, sku, count]);
  }
}

describe('a participant', () => {
  let dataSource: DataSource;
  let transport: MicroserviceTransport;
  let port: number;
  const apps: { close(): Promise<unknown> }[] = [];

  function participantModule(): Type {
    @Module({
      imports: [
        ParticipantModule.forRootAsync({
          useFactory: () => ({ inbox: { dataSource, schema: inboxSchema }, drain: '5s' }),
        }),
      ],
      controllers: [InventoryController],
      providers: [{ provide: DataSource, useFactory: () => dataSource }],
    })
    class AppModule {}
    return AppModule;
  }

  async function start(): Promise<number> {
    const started = await tcpService(participantModule());
    apps.push(started.app);
    return started.port;
  }

  function transportTo(port: number): MicroserviceTransport {
    const made = new MicroserviceTransport({
      inventory: { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
    });
    made.register(Inventory.reserve, Inventory.release, Inventory.size, Outside.order, Outside.cancel);
    apps.push(made);
    return made;
  }

  /** The answer without the times of its way. */
  const send = async (command: StepCommand, by = transport): Promise<StepReply> => {
    const reply: { delivery?: unknown } & StepReply = { ...(await by.send(command, Date.now() + 10_000)) };
    delete reply.delivery;
    return reply;
  };
  const effects = async (key: string): Promise<number> => {
    const rows: unknown[] = await dataSource.query(`SELECT 1 FROM ${schema}.effect WHERE key = $1`, [key]);
    return rows.length;
  };
  const state = async (key: string): Promise<string | undefined> => {
    const rows: { state: string }[] = await dataSource.query(
      `SELECT state FROM ${inboxSchema}.request WHERE key = $1`,
      [key],
    );
    return rows[0]?.state;
  };
  const fresh = <C extends Command>(command: C, input: never, rest: Partial<StepCommand> = {}): StepCommand =>
    stepCommand(command, input, { key: randomUUID(), ...rest });
  const reserve = (sku: string, rest: Partial<StepCommand> = {}): StepCommand =>
    fresh(Inventory.reserve, { sku } as never, rest);

  /** Resolves when a backend waits for a lock at the inbox. */
  async function somebodyWaits(): Promise<void> {
    for (;;) {
      const [{ waiting }]: [{ waiting: boolean }] = await dataSource.query(
        `SELECT count(*) > 0 AS waiting FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND query LIKE $1`,
        [`%${inboxSchema}%`],
      );
      if (waiting) return;
    }
  }

  beforeAll(async () => {
    const url = process.env['DATABASE_URL']!;
    dataSource = await new DataSource({ type: 'postgres', url, extra: { max: 12 } }).initialize();
    await dataSource.query(`CREATE SCHEMA ${schema}`);
    await dataSource.query(`CREATE TABLE ${schema}.effect (key text, sku text, count int)`);
    port = await start();
    transport = transportTo(port);
  });
  afterEach(() => gates.clear());
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await dataSource.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; DROP SCHEMA IF EXISTS ${inboxSchema} CASCADE`);
    await dataSource.destroy();
  });

  it('S3 gives a repeated delivery the first answer and does not run the handler again', async () => {
    const command = reserve('tea');
    const first = await send(command);
    expect(first).toEqual({ outcome: 'completed', result: { id: 'r-tea', count: { count: 1 } } });
    expect(await send({ ...command, attempt: 2 })).toEqual(first);
    expect(await effects(command.key)).toBe(1);
  });

  it('S3 runs the handler once for two deliveries at the same time, on two replicas', async () => {
    const other = transportTo(await start());
    const gate = gateFor('twice');
    const command = reserve('twice');
    const first = send(command);
    await gate.reached;
    const second = send({ ...command, attempt: 2 }, other);
    await somebodyWaits();
    gate.open();
    expect(await second).toEqual(await first);
    expect(await effects(command.key)).toBe(1);
  });

  it('S3 tells a delivery that waited until its deadline to come back', async () => {
    const gate = gateFor('long');
    const command = reserve('long');
    const first = send(command);
    await gate.reached;
    const second = await send({ ...command, attempt: 2, deadline: Date.now() + 100 });
    expect(second).toMatchObject({ outcome: 'transient', error: { code: 'REQUEST_IN_PROGRESS' } });
    gate.open();
    expect(await first).toMatchObject({ outcome: 'completed' });
  });

  it('S3 leaves nothing when the database connection dies under the handler, and the retry runs', async () => {
    const gate = gateFor('killed');
    const command = reserve('killed');
    const first = send(command);
    await gate.reached;
    await dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE state = 'idle in transaction' AND query LIKE $1 AND pid <> pg_backend_pid()`,
      [`%${schema}.effect%`],
    );
    gate.open();
    expect(await first).toMatchObject({ outcome: 'transient', error: { code: 'HANDLER_FAILED' } });
    expect([await effects(command.key), await state(command.key)]).toEqual([0, undefined]);
    expect(await send({ ...command, attempt: 2 })).toMatchObject({ outcome: 'completed' });
    expect(await effects(command.key)).toBe(1);
  });

  it('S4 throws declared errors as their class at the caller, with their data, and undoes the writes of the handler', async () => {
    const command = reserve('none');
    for (const attempt of [1, 2]) {
      const reply = await send({ ...command, attempt });
      if (reply.outcome !== 'declared') throw new Error(`it was ${reply.outcome}`);
      const error = reviveDeclared(reply.error, declaredErrors(Inventory.reserve));
      expect(error).toBeInstanceOf(Inventory.errors.OutOfStock);
      expect(error).toMatchObject({ data: { sku: 'none', left: 3n } });
    }
    expect([await effects(command.key), await state(command.key)]).toEqual([0, 'answered']);
  });

  it('S4 reports what a handler throws as transient, with name and message, and leaves nothing', async () => {
    const text = reserve('string');
    expect(await send(text)).toEqual({
      outcome: 'transient',
      error: { name: 'NonError', message: 'a thrown string', code: 'HANDLER_FAILED' },
    });
    const broken = reserve('broken');
    expect(await send(broken)).toEqual({
      outcome: 'transient',
      error: { name: 'TypeError', message: 'the shelf fell over', code: 'HANDLER_FAILED' },
    });
    expect([await effects(broken.key), await state(broken.key)]).toEqual([0, undefined]);
  });

  it('S3 does not take a transaction that failed in silence for a success', async () => {
    const command = reserve('swallow');
    expect(await send(command)).toMatchObject({ outcome: 'transient' });
    expect([await effects(command.key), await state(command.key)]).toEqual([0, undefined]);
  });

  it('I2 carries what the codec knows, and refuses the rest with a code instead of leaving the caller waiting', async () => {
    const size = (kind: string): Promise<StepReply> => send(fresh(Inventory.size, kind as never));
    expect(await size('big')).toEqual({ outcome: 'completed', result: 10n });
    expect(await size('date')).toEqual({ outcome: 'completed', result: new Date(0) });
    expect(await size('nothing')).toEqual({ outcome: 'completed', result: undefined });
    for (const kind of ['circle', 'instance']) {
      expect(await size(kind)).toMatchObject({ outcome: 'fatal', error: { code: 'NOT_SERIALISABLE' } });
    }
  });

  it('S4 refuses a wrong input and a wrong result as fatal', async () => {
    const blind = contract('inventory', { reserve: { input: Inventory.size.definition.output } });
    const unchecked = new MicroserviceTransport({
      inventory: { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
    });
    unchecked.register(blind.reserve);
    apps.push(unchecked);
    const input = fresh(blind.reserve, { sku: 5 } as never);
    expect(await send(input, unchecked)).toMatchObject({ outcome: 'fatal', error: { code: 'INVALID_COMMAND_INPUT' } });
    const result = reserve('wrong');
    expect(await send(result)).toMatchObject({ outcome: 'fatal', error: { code: 'INVALID_COMMAND_RESULT' } });
    expect(await effects(result.key)).toBe(0);
  });

  it('C3 S7 refuses a request that comes after its undo', async () => {
    const late = reserve('late');
    const undo = fresh(Inventory.release, { sku: 'late' } as never, { undoes: late.key });
    expect(await send(undo)).toMatchObject({ outcome: 'completed' });
    expect(await send(late)).toMatchObject({ outcome: 'fatal', error: { code: 'REQUEST_COMPENSATED' } });
    expect(await effects(late.key)).toBe(0);
  });

  it('C3 lets an undo wait for the request that it undoes', async () => {
    const gate = gateFor('racing');
    const forward = reserve('racing');
    const done = send(forward);
    await gate.reached;
    const undone = send(fresh(Inventory.release, { sku: 'racing' } as never, { undoes: forward.key }));
    await somebodyWaits();
    gate.open();
    expect(await done).toMatchObject({ outcome: 'completed' });
    expect(await undone).toMatchObject({ outcome: 'completed' });
    expect([await effects(forward.key), await state(forward.key)]).toEqual([1, 'answered']);
  });

  it('S1 refuses a key that comes back with another input or for another command', async () => {
    const command = reserve('mine');
    await send(command);
    const other = { ...command, input: { sku: 'yours' } };
    expect(await send(other)).toMatchObject({ outcome: 'fatal', error: { code: 'REQUEST_KEY_REUSED' } });
    const release = fresh(Inventory.release, { sku: 'mine' } as never, { key: command.key });
    expect(await send(release)).toMatchObject({ outcome: 'fatal', error: { code: 'REQUEST_KEY_REUSED' } });
  });

  it('S5 does not run a request whose deadline has passed', async () => {
    const command = reserve('old', { deadline: Date.now() - 1 });
    expect(await send(command)).toMatchObject({ outcome: 'transient', error: { code: 'REQUEST_DEADLINE_PASSED' } });
    expect([await effects(command.key), await state(command.key)]).toEqual([0, undefined]);
  });

  describe('outside a transaction', () => {
    const order = (sku: string, rest: Partial<StepCommand> = {}): StepCommand =>
      fresh(Outside.order, { sku } as never, rest);
    const runs = (sku: string): number => OUTSIDE.filter((one) => one === sku).length;

    it('S3 gives repeated deliveries the first answer, and lets them come back while it runs', async () => {
      const gate = gateFor('slow');
      const command = order('slow');
      const first = send(command);
      await gate.reached;
      const early = await send({ ...command, attempt: 2 });
      expect(early).toMatchObject({ outcome: 'transient', error: { code: 'REQUEST_IN_PROGRESS' } });
      const undo = fresh(Outside.cancel, { sku: 'slow' } as never, { undoes: command.key });
      expect(await send(undo)).toMatchObject({ error: { code: 'REQUEST_IN_PROGRESS' } });
      gate.open();
      expect(await send({ ...command, attempt: 3 })).toEqual(await first);
      expect(runs('slow')).toBe(1);
      expect(await send(undo)).toMatchObject({ outcome: 'completed' });
    });

    it('S3 lets the next delivery run at once after a failure', async () => {
      const command = order('manager');
      const reply = await send(command);
      expect(reply).toMatchObject({ outcome: 'transient', error: { name: 'SagaError', code: 'HANDLER_FAILED' } });
      expect(JSON.stringify(reply)).toContain('does not run in a transaction');
      expect(await state(command.key)).toBeUndefined();
    });

    it('S3 runs again after the deadline of one that never ended, whose late answer gives way to the first', async () => {
      const gate = gateFor('lost');
      const command = order('lost', { deadline: Date.now() + 150 });
      const lost = send(command);
      await gate.reached;
      gates.delete('lost');
      let second: StepReply;
      do second = await send({ ...command, attempt: 2, deadline: Date.now() + 10_000 });
      while (second.outcome === 'transient');
      gate.open();
      expect(await lost).toEqual(second);
      expect(runs('lost')).toBe(2);
    });

    it('C3 refuses the late answer of a request that was undone meanwhile', async () => {
      const gate = gateFor('undone');
      const command = order('undone', { deadline: Date.now() + 150 });
      const late = send(command);
      await gate.reached;
      const undo = fresh(Outside.cancel, { sku: 'undone' } as never, { undoes: command.key });
      while ((await send({ ...undo })).outcome === 'transient');
      gate.open();
      expect(await late).toMatchObject({ outcome: 'fatal', error: { code: 'REQUEST_COMPENSATED' } });
      expect(await state(command.key)).toBe('compensated');
    });
  });

  it('serves ordinary callers like any @MessagePattern handler', async () => {
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    const ask = (pattern: string, input: unknown): Promise<unknown> =>
      lastValueFrom(client.send(pattern, input as object));
    expect(await ask('inventory.reserve', { sku: 'tea', count: 2 })).toEqual({ id: 'r-tea', count: 2 });
    await expect(ask('inventory.reserve', { sku: 'none' })).rejects.toMatchObject({ code: 'OutOfStock' });
    await expect(ask('inventory.reserve', { sku: 5 })).rejects.toMatchObject({ code: 'INVALID_COMMAND_INPUT' });
    await expect(ask('inventory.reserve', { sku: 'broken' })).rejects.toMatchObject({
      message: 'Internal server error',
    });
    await expect(ask('inventory.size', 'circle')).rejects.toMatchObject({ code: 'NOT_SERIALISABLE' });
    await expect(ask('inventory.size', 'big')).rejects.toMatchObject({ code: 'NOT_SERIALISABLE' });
    client.close();
  });

  it('lets an ordinary @MessagePattern handler be a participant, next to nothing of Reprise', async () => {
    @Controller()
    class Legacy {
      @MessagePattern('inventory.reserve')
      reserve({ sku, $saga }: { sku: string; $saga: { key: string } }) {
        return { id: `${sku} ${$saga.key}`, count: 1 };
      }
    }
    @Module({ controllers: [Legacy] })
    class LegacyModule {}
    const legacy = await tcpService(LegacyModule);
    apps.push(legacy.app);
    const command = reserve('tea');
    expect(await send(command, transportTo(legacy.port))).toMatchObject({ result: { id: `tea ${command.key}` } });
  });

  it('W4 lets the request in flight finish at shutdown, and refuses new ones', async () => {
    const app = await NestFactory.create(participantModule(), { logger: false });
    const options = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
    const service = app.connectMicroservice<MicroserviceOptions>(options);
    await app.startAllMicroservices();
    const leaving = transportTo((service.unwrap<Server>().address() as AddressInfo).port);
    const gate = gateFor('leaving');
    const command = reserve('leaving');
    const inFlight = send(command, leaving);
    await gate.reached;
    const closed = app.close();
    let refused: StepReply;
    do refused = await send(reserve('new'), leaving);
    while (refused.outcome === 'completed');
    expect(refused).toMatchObject({ outcome: 'transient', error: { code: 'PARTICIPANT_SHUTTING_DOWN' } });
    gate.open();
    expect(await inFlight).toMatchObject({ outcome: 'completed' });
    await closed;
    expect(await effects(command.key)).toBe(1);
  });

  it('removes old answers, and only those', async () => {
    const [old, recent] = [reserve('old'), reserve('recent')];
    await send(old);
    await send(recent);
    await dataSource.query(`UPDATE ${inboxSchema}.request SET received_at = now() - interval '8 days' WHERE key = $1`, [
      old.key,
    ]);
    const { Participant } = await import('../libs/participant/src/participant.js');
    const app = apps[0] as INestApplicationContext;
    await app.get(Participant).inbox!.retention.sweep();
    expect([await state(old.key), await state(recent.key)]).toEqual([undefined, 'answered']);
  });
});
