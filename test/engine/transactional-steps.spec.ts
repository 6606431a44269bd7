import { contract } from 'reprise/contracts';
import type { SagaContext } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { transactionManager } from 'reprise/postgres';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { z } from 'zod';
import { Deferred } from './deferred.js';
import { Lab, type Body } from './lab.js';

const Stock = contract('stock', { free: { input: z.object({ sku: z.string() }) } });
const QUICK = { timeout: '1s', retry: { attempts: 2, backoff: '1s', jitter: 0 } } as const;

@Saga({ name: 'transactional' })
class Transactional {
  @Step({ ...QUICK, transactional: true })
  async book(_sku: string): Promise<string> {
    return transactionManager().query<Promise<string>>('book');
  }
  @Compensate('book', { transactional: true, retry: { backoff: '1s', jitter: 0 } })
  async cancel(_booking: string | undefined, _sku: string): Promise<void> {}

  @Step({ ...QUICK, transactional: true })
  async take(_sku: string): Promise<string> {
    return '';
  }
  @Compensate('take', Stock.free)
  free(_taken: string | undefined, sku: string) {
    return { sku };
  }

  async run(kind: 'undo at once' | 'undo later' | 'undo remotely', saga: SagaContext): Promise<unknown> {
    if (kind === 'undo remotely') return this.take('x');
    try {
      return await this.book('x');
    } catch (error) {
      if (kind === 'undo later') await saga.sleep('1 hour');
      throw error;
    }
  }
}

async function begin(kind: Parameters<Transactional['run']>[0], bodies: Record<string, Body>): Promise<Lab> {
  const lab = new Lab();
  await lab.open([Transactional], { bodies });
  await lab.start(Transactional, kind);
  return lab;
}

/** Times out, and is failed by hand at the second attempt. */
async function becomeUnknown(lab: Lab, deferred: Deferred): Promise<void> {
  await lab.advance(2_000);
  expect(deferred.names).toEqual(['book', 'book']);
  await lab.advance(1_000);
  expect(await lab.eventsOf('StepOutcomeUnknown')).toHaveLength(1);
}

describe('S9 S7 a transactional step that is late', () => {
  it('S7 is completed late when nothing has undone it yet, and is undone with its result', async () => {
    const deferred = new Deferred();
    const undone: unknown[] = [];
    const lab = await begin('undo later', { book: deferred.body('book'), cancel: (args) => void undone.push(args[0]) });
    await becomeUnknown(lab, deferred);
    deferred.resolve('book', 'b-1');
    await lab.calm();
    expect(await lab.eventsOf('StepCompletedLate')).toMatchObject([{ result: 'b-1' }]);
    await lab.advance(3_600_000);
    expect(undone).toEqual(['b-1']);
    expect(await lab.status()).toBe('compensated');
  });

  it('S7 takes the outcome of the other attempt when both come late', async () => {
    const deferred = new Deferred();
    const lab = await begin('undo later', { book: deferred.body('book') });
    await becomeUnknown(lab, deferred);
    deferred.resolve('book', 'b-1');
    deferred.resolve('book', 'b-2');
    await lab.calm();
    expect(await lab.eventsOf('StepCompletedLate')).toMatchObject([{ result: 'b-1' }]);
  });

  it('C3 is not committed any more once its undo has begun, and is undone once', async () => {
    const deferred = new Deferred();
    const undone: unknown[] = [];
    const lab = await begin('undo at once', {
      book: deferred.body('book'),
      cancel: (args) => {
        undone.push(args[0]);
        deferred.resolve('book', 'too late');
      },
    });
    await becomeUnknown(lab, deferred);
    expect(undone).toEqual([undefined]);
    await lab.calm();
    expect(await lab.eventsOf('StepCompletedLate')).toEqual([]);
    expect(await lab.status()).toBe('compensated');
    const { key } = await lab.engine.describe('one');
    expect(await lab.store.transactions.find({ key, call: 0 })).toEqual({ outcome: 'undone' });
    expect(lab.store.orphans).toEqual([]);
  });

  it('C3 is undone once when it committed between the decision to undo it and the undo', async () => {
    const deferred = new Deferred();
    const undone: unknown[] = [];
    const lab = await begin('undo at once', {
      book: deferred.body('book'),
      cancel: (args) => void undone.push(args[0]),
    });
    lab.store.after = async (method) => {
      if (method !== 'append' || lab.store.journal.at(-1) !== 'StepScheduled') return;
      lab.store.after = () => undefined;
      deferred.resolve('book', 'b-1');
      await new Promise((resolve) => setImmediate(resolve));
    };
    await lab.advance(3_000);
    await lab.calm();
    expect(undone).toEqual(['b-1']);
    expect(await lab.eventsOf('StepCompletedLate')).toEqual([]);
    expect(await lab.status()).toBe('compensated');
  });

  it('C3 is not committed any more once its remote undo is sent', async () => {
    const deferred = new Deferred();
    const lab = await begin('undo remotely', {
      take: deferred.body('take'),
      free: () => deferred.resolve('take', 't'),
    });
    await lab.advance(3_000);
    await lab.calm();
    expect(await lab.status()).toBe('compensated');
    const { key } = await lab.engine.describe('one');
    expect(await lab.store.transactions.find({ key, call: 0 })).toEqual({ outcome: 'undone' });
  });
});

describe('S9 a transactional step that is not tried again', () => {
  const bodies = { book: () => 'b-1' };

  /** The step commits, and the process dies before history knows. */
  async function commitAndDie(): Promise<Lab> {
    const lab = new Lab();
    lab.store.before = (method) =>
      method === 'append' && lab.store.journal.length > 0 ? new Promise(() => undefined) : undefined;
    await lab.open([Transactional], { bodies });
    await lab.start(Transactional, 'undo at once');
    expect(lab.store.journal).toEqual(['SagaStarted', 'StepScheduled']);
    lab.store.before = () => undefined;
    return lab;
  }

  it('S9 is completed when it had committed, though its deadline passed while nobody ran it', async () => {
    const lab = await commitAndDie();
    await lab.engine.crash();
    lab.clock.moveTo(lab.clock.now() + 86_400_000);
    await lab.open([Transactional], { bodies: { book: () => Promise.reject(new Error('ran again')) } });
    await lab.calm();
    expect(await lab.result(Transactional)).toBe('b-1');
  });

  it('S6 is unknown when nothing is on record, or when nobody can say', async () => {
    for (const find of [async () => undefined, () => Promise.reject(new Error('away'))]) {
      const lab = await commitAndDie();
      await lab.engine.crash();
      lab.clock.moveTo(lab.clock.now() + 86_400_000);
      Object.assign(lab.store.transactions, { find });
      await lab.open([Transactional], { bodies: { cancel: () => undefined } });
      await lab.calm();
      expect(await lab.eventsOf('StepOutcomeUnknown')).toHaveLength(1);
    }
  });
});

describe('S9 a store that has no transactions', () => {
  it('S9 is told to whoever waits, in words, also where nobody checked at start-up', async () => {
    const lab = new Lab();
    Object.assign(lab.store, { transactions: undefined });
    await lab.open([Transactional], { bodies: { book: () => 'ran all the same', cancel: () => undefined } });
    await lab.start(Transactional, 'undo at once');
    const [failed] = await lab.eventsOf('StepAttemptFailed');
    expect(failed!.error).toMatchObject({ code: 'INVALID_CONFIGURATION' });
    expect(failed!.error.message).toContain('Give postgres() a `dataSource`');
  });
});

describe('S9 C4 a transactional undo', () => {
  it('C4 is tried again when a person says so, also after it failed for good', async () => {
    let mended = false;
    const lab = await begin('undo at once', {
      book: () => Promise.reject(new Error('down')),
      cancel: () => (mended ? undefined : () => undefined),
    });
    await lab.advance(10_000);
    expect(await lab.incident()).toContain('COMPENSATION_GAVE_UP');
    mended = true;
    await lab.engine.resume('one', 'jane');
    await lab.advance(1_000);
    expect(await lab.status()).toBe('compensated');
  });
});

describe('S9 a transactional step in a test', () => {
  it('S9 writes with the manager that the test gives', async () => {
    const asked: string[] = [];
    const manager = { query: async (sql: string) => (asked.push(sql), 'b-7') };
    const run = await testSaga(Transactional).provider(new Transactional()).manager(manager).start('undo at once');
    await expect(run.result()).resolves.toBe('b-7');
    expect(asked).toEqual(['book']);
  });

  it('S9 has its outcome kept once, wherever the process dies', async () => {
    const test = testSaga(Transactional)
      .provider(new Transactional())
      .manager({ query: async () => 'b-7' });
    const { end } = await crashEverywhere(test, 'undo at once');
    expect(end).toMatchObject({ status: 'completed', result: 'b-7' });
  });
});
