import { sagaDefinition } from 'reprise/decorators';
import { Books, Gate, until, type SagaProcess } from './process.js';
import { Edges, TransferSaga } from './transfer.saga.js';

const definition = sagaDefinition(TransferSaga);
const ANNA = { by: 'anna', reason: 'looked at the books' };

describe('an operator over PostgreSQL, from a process that hosts nothing', () => {
  const books = new Books();
  const edges = new Edges();
  let gate: Gate;
  let host: SagaProcess;
  let client: SagaProcess;

  beforeAll(async () => {
    await books.open();
    host = await books.start([[TransferSaga, new TransferSaga(edges)]]);
    client = await books.start([]);
  });
  afterAll(() => books.drop());

  /** A transfer whose body has written, and hangs before its commit. */
  async function hanging(id: string, catches = false): Promise<void> {
    gate = new Gate();
    edges.after = ({ step }) => (step === 'book' ? gate.pass() : undefined);
    await host.engine.start(definition, { account: id, amount: 3, catches }, { id });
    await until(() => gate.reached);
  }

  const result = (id: string): Promise<unknown> =>
    client.engine.result(id, { definition, timeout: '20s' }).catch((error: unknown) => error);

  /** The body that hung goes on, and nothing of its transaction is open any more. */
  async function awaken(): Promise<void> {
    gate.open();
    await until(async () => {
      const open = await books.scratch.rows(
        `select 1 from pg_stat_activity where application_name = $1 and state like 'idle in transaction%'`,
        [host.name],
      );
      return open.length === 0 && !host.engine.busy;
    });
  }

  it('S9 says that a step did not happen, and an attempt that still hangs cannot commit afterwards', async () => {
    await hanging('absent');
    await client.engine.control.didNotHappen('absent', 0, ANNA);
    expect(await result('absent')).toMatchObject({ code: 'SAGA_FAILED' });
    await awaken();
    expect(await books.amounts('absent')).toEqual([]);
  });

  it('S9 completes a step, and an attempt that still hangs cannot commit afterwards', async () => {
    await hanging('by-hand');
    await client.engine.control.complete('by-hand', 0, 'booked by hand', ANNA);
    expect(await result('by-hand')).toBe('booked by hand');
    await awaken();
    expect(await books.amounts('by-hand')).toEqual([]);
    const events = (await client.engine.history('by-hand')).flatMap((turn) => turn.events);
    expect(events).toContainEqual({ type: 'OperatorActed', action: 'complete', call: 0, ...ANNA });
  });

  it('S9 fails a step for good, and an attempt that still hangs cannot commit afterwards', async () => {
    await hanging('failed', true);
    await client.engine.control.fail('failed', 0, new Error('no'), ANNA);
    expect(await result('failed')).toBe('StepFailedError');
    await awaken();
    expect(await books.amounts('failed')).toEqual([]);
  });

  it('S9 is refused what the database knows better', async () => {
    await hanging('committed');
    const { key } = await client.engine.describe('committed');
    await client.store.transactions!.settle({ key, call: 0 }, { outcome: 'completed', result: 'booking 9' });
    const told = client.engine.control.didNotHappen('committed', 0, ANNA);
    await expect(told).rejects.toMatchObject({ code: 'OPERATION_REFUSED' });
    await awaken();
    expect(await result('committed')).toBe('booking 9');
  });

  it('C7 pauses, resumes and terminates, also many at once', async () => {
    await hanging('many-1');
    await client.engine.control.pause('many-1', ANNA);
    expect(await client.engine.describe('many-1')).toMatchObject({ status: 'paused' });
    const resumed = await client.engine.control.bulk({ status: 'paused' }, 'resume', ANNA);
    expect(resumed).toMatchObject({ found: 1, done: 1 });
    const all = { saga: 'transfer', idPrefix: 'many-' };
    expect(await client.engine.control.bulk(all, 'terminate', { ...ANNA, dryRun: true })).toMatchObject({ found: 1 });
    const ended = await client.engine.control.bulk(all, 'terminate', ANNA);
    expect(ended.outcomes).toEqual([{ id: 'many-1', outcome: 'done' }]);
    expect(await result('many-1')).toMatchObject({ code: 'SAGA_TERMINATED' });
    await awaken();
  });
});
