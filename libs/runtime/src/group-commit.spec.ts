import { SagaError, type AppendOutcome, type TurnAppend } from 'reprise/core';
import { VirtualClock } from 'reprise/testing';
import { LabStore } from '../../../test/engine/lab-store.js';
import { GroupCommit } from './group-commit.js';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

class BatchStore extends LabStore {
  readonly batches: string[][] = [];
  answer: (batch: readonly TurnAppend[]) => Promise<AppendOutcome[]> = async (batch) => batch.map(() => 'appended');

  override append(_worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    this.batches.push(turns.map(({ key }) => key.run));
    return this.answer(turns);
  }
}

const turn = (run: string): TurnAppend => ({ key: { shard: 1, run }, seq: 0, turn: { at: 0, events: [] } });
const unavailable = () => new SagaError('STORE_UNAVAILABLE', 'The store is away.');
const immediate = () => new Promise((resolve) => setImmediate(resolve));

function setUp(lanes = 1) {
  const clock = new VirtualClock();
  const store = new BatchStore(clock);
  const commits = new GroupCommit(store, 'worker', lanes, clock, log);
  const pass = async (ms: number) => {
    await immediate();
    clock.moveTo(clock.now() + ms);
    await immediate();
  };
  return { store, commits, pass };
}

describe('group commit', () => {
  it('W3 writes what turned meanwhile as one batch, and each gets its own outcome', async () => {
    const { store, commits } = setUp();
    store.answer = async (batch) => batch.map(({ key }) => (key.run === 'lost' ? 'refused' : 'appended'));
    const outcomes = await Promise.all(['a', 'lost', 'b'].map((run) => commits.append(turn(run))));
    expect(outcomes).toEqual(['appended', 'refused', 'appended']);
    expect(store.batches).toEqual([['a', 'lost', 'b']]);
  });

  it('has no more batches under way than lanes; the rest goes out together', async () => {
    const { store, commits } = setUp(2);
    const open: (() => void)[] = [];
    store.answer = (batch) => new Promise((resolve) => open.push(() => resolve(batch.map(() => 'appended'))));
    const all: Promise<AppendOutcome>[] = [];
    for (const run of ['a', 'b', 'c', 'd']) {
      all.push(commits.append(turn(run)));
      await immediate();
    }
    expect(store.batches).toEqual([['a'], ['b']]);
    open[0]!();
    await immediate();
    expect(store.batches).toEqual([['a'], ['b'], ['c', 'd']]);
    for (const finish of open) finish();
    await immediate();
    for (const finish of open) finish();
    await expect(Promise.all(all)).resolves.toHaveLength(4);
  });

  it('W6 tries again with backoff while the store is away, for as long as it takes', async () => {
    const { store, commits, pass } = setUp();
    let away = true;
    store.answer = async (batch) => {
      if (away) throw unavailable();
      return batch.map(() => 'appended');
    };
    const outcome = commits.append(turn('a'));
    for (let i = 0; i < 20; i++) await pass(2_000);
    expect(store.batches.length).toBeGreaterThan(15);
    away = false;
    await pass(2_000);
    await expect(outcome).resolves.toBe('appended');
  });

  it('W3 W6 a commit whose answer was lost counts as appended when it is there already', async () => {
    const { store, commits, pass } = setUp();
    store.answer = async () => {
      store.answer = async () => ['repeated'];
      throw unavailable();
    };
    const outcome = commits.append(turn('a'));
    await pass(2_000);
    await expect(outcome).resolves.toBe('appended');
  });

  it('W2 a place that is taken at the first try was taken by somebody else', async () => {
    const { store, commits } = setUp();
    store.answer = async () => ['repeated'];
    await expect(commits.append(turn('a'))).resolves.toBe('refused');
  });

  it('W3 a turn that the store will not have does not take its neighbours with it', async () => {
    const { store, commits } = setUp();
    store.answer = async (batch) => {
      if (batch.some(({ key }) => key.run === 'poison')) throw new Error('invalid input syntax');
      return batch.map(() => 'appended');
    };
    const outcomes = await Promise.allSettled(['a', 'poison', 'b'].map((run) => commits.append(turn(run))));
    expect(outcomes).toMatchObject([
      { value: 'appended' },
      { status: 'rejected', reason: { message: 'invalid input syntax' } },
      { value: 'appended' },
    ]);
  });

  it('W2 refuses what waits when it is stopped, and all that comes later', async () => {
    const { store, commits, pass } = setUp();
    store.answer = async () => Promise.reject(unavailable());
    const first = commits.append(turn('a'));
    await immediate();
    const second = commits.append(turn('b'));
    commits.stop();
    await pass(5_000);
    await expect(Promise.all([first, second, commits.append(turn('c'))])).resolves.toEqual([
      'refused',
      'refused',
      'refused',
    ]);
  });
});
