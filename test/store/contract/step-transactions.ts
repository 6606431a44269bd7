import { randomUUID } from 'node:crypto';
import type { CallKey, StepRecord, StepTransactions } from 'reprise/core';

export interface TransactionsUnderTest {
  readonly transactions: StepTransactions;
  readonly dispose: () => Promise<void>;
}

const TERMS = { longestIdle: 30_000 };
const UNDONE: StepRecord = { outcome: 'undone' };
const DECLINED: StepRecord = { outcome: 'declared', error: { name: 'Declined', message: 'no' } };

/** The promises of the StepTransactions port. `create` is called once per test. */
export function describeStepTransactions(name: string, create: () => Promise<TransactionsUnderTest>): void {
  describe(`StepTransactions: ${name}`, () => {
    let under: TransactionsUnderTest;
    let call: CallKey;
    beforeEach(async () => {
      under = await create();
      call = { key: { shard: 7, run: randomUUID() }, call: 3 };
    });
    afterEach(() => under.dispose());

    it('S9 has nothing on record at first', async () => {
      expect(await under.transactions.find(call)).toBeUndefined();
    });

    it('S9 puts the result of the body on record', async () => {
      const result = { id: 'p-1', odd: '\u0000 \ud800 "' };
      expect(await under.transactions.run(call, TERMS, async () => result)).toEqual({ outcome: 'completed', result });
      expect(await under.transactions.find(call)).toEqual({ outcome: 'completed', result });
    });

    it('S9 does not run a body again whose outcome is on record', async () => {
      await under.transactions.run(call, TERMS, async () => 1);
      const again = await under.transactions.run(call, TERMS, () => Promise.reject(new Error('ran again')));
      expect(again).toEqual({ outcome: 'completed', result: 1 });
    });

    it('S9 has nothing on record of a body that threw, and throws what it threw', async () => {
      const thrown = new Error('no luck');
      await expect(under.transactions.run(call, TERMS, () => Promise.reject(thrown))).rejects.toBe(thrown);
      expect(await under.transactions.find(call)).toBeUndefined();
      expect(await under.transactions.run(call, TERMS, async () => null)).toEqual({
        outcome: 'completed',
        result: null,
      });
    });

    it('S9 keeps calls and runs apart', async () => {
      await under.transactions.run(call, TERMS, async () => 1);
      expect(await under.transactions.find({ ...call, call: 4 })).toBeUndefined();
      expect(await under.transactions.find({ ...call, key: { shard: 7, run: randomUUID() } })).toBeUndefined();
    });

    it('S9 lets the first record stand', async () => {
      expect(await under.transactions.settle(call, DECLINED)).toEqual(DECLINED);
      expect(await under.transactions.settle(call, UNDONE)).toEqual(DECLINED);
      expect(await under.transactions.run(call, TERMS, () => Promise.reject(new Error('ran')))).toEqual(DECLINED);
    });

    it('S9 hands the result over to an undo that comes after the commit', async () => {
      await under.transactions.run(call, TERMS, async () => 'done');
      expect(await under.transactions.settle(call, UNDONE)).toEqual({ outcome: 'completed', result: 'done' });
    });

    it('S9 does not commit a body that was undone while it ran', async () => {
      const record = await under.transactions.run(call, TERMS, async () => {
        expect(await under.transactions.settle(call, UNDONE)).toEqual(UNDONE);
        return 'too late';
      });
      expect(record).toEqual(UNDONE);
      expect(await under.transactions.find(call)).toEqual(UNDONE);
    });

    it('S9 gives all of several attempts the outcome of the first that commits', async () => {
      const records = await Promise.all(
        [1, 2, 3, 4].map((attempt) => under.transactions.run(call, TERMS, async () => attempt)),
      );
      expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(1);
      expect(await under.transactions.find(call)).toEqual(records[0]);
    });
  });
}
