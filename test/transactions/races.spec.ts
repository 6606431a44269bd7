import type { HistoryEventType } from 'reprise/core';
import { sagaDefinition } from 'reprise/decorators';
import { Books, Gate, until, type SagaProcess } from './process.js';
import { Edges, Overdrawn, TransferSaga, type Transfer } from './transfer.saga.js';

const definition = sagaDefinition(TransferSaga);

describe('S9 two processes that both believe that an instance is theirs', () => {
  const books = new Books();
  const zombieEdges = new Edges();
  const edges = new Edges();
  let zombie: SagaProcess;
  let heir: SagaProcess;
  let gate: Gate;

  beforeAll(() => books.open());
  afterAll(() => books.drop());
  beforeEach(async () => {
    gate = new Gate();
    for (const calm of [edges, zombieEdges]) Object.assign(calm, new Edges());
    zombie = await books.start([[TransferSaga, new TransferSaga(zombieEdges)]]);
  });
  afterEach(async () => {
    await zombie.kill();
    await heir.kill();
  });

  /** The first process hangs in the body, and is taken for dead. */
  async function handOver(id: string, input: Omit<Transfer, 'account'>): Promise<void> {
    zombieEdges.after = ({ step }) => (step === 'book' ? gate.pass() : undefined);
    await zombie.engine.start(definition, { account: id, ...input }, { id });
    await until(() => gate.reached);
    await zombie.engine.crash();
    await books.takeEverything();
    heir = await books.start([[TransferSaga, new TransferSaga(edges)]]);
  }

  const result = (id: string): Promise<unknown> =>
    heir.engine.result(id, { definition, timeout: '20s' }).catch((error: unknown) => error);

  /** The body that hung comes to its end; nothing of its transaction is open any more. */
  async function awaken(): Promise<void> {
    gate.open();
    await until(async () => {
      const open = await books.scratch.rows(
        `select 1 from pg_stat_activity where application_name = $1 and state <> 'idle'`,
        [zombie.name],
      );
      return open.length === 0;
    });
  }

  async function types(id: string): Promise<HistoryEventType[]> {
    return (await heir.engine.history(id)).flatMap(({ events }) => events.map(({ type }) => type));
  }

  it('S9 commits the body of one of them, and rolls back that of the other', async () => {
    await handOver('zombie', { amount: 3 });
    await expect(result('zombie')).resolves.toMatch(/^booking/);
    await awaken();
    expect(await books.amounts('zombie')).toEqual([3]);
  });

  it('S9 takes the outcome of the one that was first, also when that is the one that was given up', async () => {
    const late = new Gate();
    edges.after = () => late.pass();
    await handOver('first', { amount: 3 });
    await until(() => late.reached);
    await awaken();
    expect(await books.amounts('first')).toEqual([3]);
    const [{ number }] = (await books.scratch.rows(`select number from $schema.booking where account = 'first'`)) as [
      { number: number },
    ];
    late.open();
    await expect(result('first')).resolves.toBe(`booking ${number}`);
    expect(await books.amounts('first')).toEqual([3]);
  });

  it('S9 S4 does not commit after a declared error that the other gave', async () => {
    edges.before = () => Promise.reject(new Overdrawn('no money'));
    await handOver('declared', { amount: 3, catches: true });
    await expect(result('declared')).resolves.toBe('Overdrawn');
    await awaken();
    expect(await books.amounts('declared')).toEqual([]);
    expect(await types('declared')).not.toContain('CompensationStarted');
  });

  it('S9 C3 does not commit after its undo, though nobody could tell whether it had', async () => {
    const cancel = new Gate();
    edges.before = ({ step }) => {
      if (step === 'book') throw new Error('the other process has the row');
      return cancel.pass();
    };
    await handOver('undone', { amount: 3 });
    await heir.engine.cancel('undone');
    await until(() => cancel.reached);
    expect(await types('undone')).toContain('StepOutcomeUnknown');
    await awaken();
    expect(await books.amounts('undone')).toEqual([]);
    cancel.open();
    await expect(result('undone')).resolves.toMatchObject({ code: 'SAGA_CANCELLED' });
    expect(await books.amounts('undone')).toEqual([]);
  });

  it('S9 C3 finds what was committed when the saga was cancelled before history knew of it, and undoes it with its result', async () => {
    const append = zombie.store.append.bind(zombie.store);
    let lost = false;
    zombie.store.append = (worker, turns) => {
      const tells = turns.some(({ turn }) => turn.events.some(({ type }) => type === 'StepCompleted'));
      if (!tells) return append(worker, turns);
      lost = true;
      return new Promise(() => undefined);
    };
    await zombie.engine.start(definition, { account: 'committed', amount: 3 }, { id: 'committed' });
    await until(() => lost);
    await zombie.engine.cancel('committed');
    await zombie.kill();
    await books.takeEverything();
    const seen: unknown[] = [];
    const provider = new TransferSaga(edges);
    const cancel = provider.cancel.bind(provider);
    provider.cancel = (booking, ...rest) => (seen.push(booking), cancel(booking, ...rest));
    edges.before = ({ step }) => {
      if (step === 'book') throw new Error('ran again');
    };
    heir = await books.start([[TransferSaga, provider]]);
    await expect(result('committed')).resolves.toMatchObject({ code: 'SAGA_CANCELLED' });
    expect(await types('committed')).not.toContain('StepOutcomeUnknown');
    expect(seen).toEqual([expect.stringMatching(/^booking \d+$/)]);
    expect(await books.amounts('committed')).toEqual([3, -3]);
  });
});
