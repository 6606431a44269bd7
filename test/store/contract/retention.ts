import { randomUUID } from 'node:crypto';
import { encodeTag, type RetentionPolicy, type SagaStatus, type TurnAppend } from 'reprise/core';
import { HOSTED, LONG, type StoreBench } from './store-bench.js';
import { messageOf, startOf, turnOf } from './sample-turns.js';

export function describeRetention(bench: StoreBench): void {
  const done: RetentionPolicy = { saga: 'PlaceOrder', status: 'completed', keep: 0 };

  function ended(status: SagaStatus = 'completed', saga = 'PlaceOrder'): Promise<TurnAppend> {
    return bench.started({ saga, tags: { customer: 'anna' } }, { head: { status, retrying: false } });
  }
  /** Sweeps until that many are gone; the store's clock may have to pass a boundary first. */
  async function sweep(count: number, limit = 100, policies: readonly RetentionPolicy[] = [done]): Promise<void> {
    for (let removed = 0; removed < count;) {
      bench.under.passTime?.(10);
      removed += await bench.store.catalogue.sweep(policies, limit);
      expect(removed).toBeLessThanOrEqual(count);
    }
    expect(await bench.store.catalogue.sweep(policies, limit)).toBe(0);
  }

  describe('retention', () => {
    it('removes what has ended, with everything that is kept of it', async () => {
      const [old, open] = [await ended(), await bench.started({ tags: { customer: 'anna' } })];
      await bench.post(old, messageOf('late'));
      await sweep(1);
      expect(await bench.find(old)).toBeUndefined();
      expect(await bench.store.history(old.key)).toEqual([]);
      expect((await bench.store.catalogue.orphans(10)).orphans).toEqual([]);
      const { instances } = await bench.store.catalogue.list(
        { tags: [{ name: 'customer', equals: encodeTag('', 'anna') }] },
        9,
      );
      expect(instances.map(({ id }) => id)).toEqual([open.start!.id]);
      expect(await bench.store.append(bench.worker, [turnOf(open, 1)])).toEqual(['appended']);
    });

    it('keeps what is young, what ended otherwise, and what is of another saga', async () => {
      const kept = [await ended('failed'), await ended('completed', 'Refund')];
      const long = { ...done, saga: 'Refund', keep: LONG };
      const gone = await ended();
      await sweep(1, 100, [done, long]);
      for (const start of kept) expect(await bench.find(start)).toBeDefined();
      expect(await bench.find(gone)).toBeUndefined();
      expect(await bench.store.catalogue.sweep([], 100)).toBe(0);
    });

    it('goes by small batches, oldest end first, and by several policies at once', async () => {
      for (let i = 0; i < 5; i++) await ended();
      for (let i = 0; i < 3; i++) await ended('failed');
      bench.under.passTime?.(10);
      const policies = [done, { ...done, status: 'failed' as const }];
      await sweep(8, 3, policies);
      expect(await bench.store.catalogue.count({})).toEqual({ count: 0, exact: true });
    });

    it('I1 frees the id of what it removes', async () => {
      const old = await ended();
      await sweep(1);
      expect(await bench.store.append(bench.worker, [startOf({ id: old.start!.id })])).toEqual(['appended']);
      expect(await bench.store.post(old.key.shard, old.start!.id, messageOf('hello'))).toBe('accepted');
    });

    it('I1 removes an earlier run and leaves the id to the one that has it', async () => {
      const first = await ended();
      const second = await bench.started({ id: first.start!.id, reuse: true });
      await sweep(1);
      expect((await bench.find(first))!.key).toEqual(second.key);
      expect(await bench.store.append(bench.worker, [turnOf(second, 1)])).toEqual(['appended']);
      expect(await bench.store.append(bench.worker, [startOf({ id: first.start!.id })])).toEqual(['duplicate']);
    });

    it('says "unknown" to messages for what is gone', async () => {
      const old = await ended();
      await sweep(1);
      expect(await bench.post(old, messageOf('late'))).toBe('unknown');
    });

    it('I1 gives an id to one run, however often it is reused while sweeps go on', async () => {
      const id = `order-${randomUUID()}`;
      const head = { status: 'completed' as const, retrying: false };
      let begun = 0;
      const starts = Array.from({ length: 40 }, async (_, i) => {
        const store = i % 2 ? bench.under.another : bench.store;
        const start = startOf({ id, reuse: true, tags: { round: i } }, { head });
        const [outcome] = await store.append(bench.worker, [start]);
        if (outcome === 'appended') begun++;
        bench.under.passTime?.(10);
        await store.catalogue.sweep([done], 2);
        await store.post(start.key.shard, id, messageOf('late'));
        await store.claim(bench.worker, 10, HOSTED);
      });
      await Promise.all(starts);
      expect(begun).toBeGreaterThan(0);
      const last = startOf({ id, reuse: true });
      expect(await bench.store.append(bench.worker, [last])).toEqual(['appended']);
      expect((await bench.find(last))!.key).toEqual(last.key);
      for (let left = Infinity; left > 1;) {
        bench.under.passTime?.(10);
        await bench.store.catalogue.sweep([done], 100);
        left = (await bench.store.catalogue.count({})).count;
      }
      expect((await bench.store.catalogue.list({}, 10)).instances.map(({ key }) => key)).toEqual([last.key]);
    });

    it('S7 removes old orphans of no instance, and keeps those of an instance with it', async () => {
      const start = await ended('failed');
      await bench.post(start, messageOf('late'));
      for (let i = 0; i < 3; i++) await bench.store.post(1, 'nobody', messageOf('lost'));
      const { catalogue } = bench.store;
      expect(await catalogue.sweepOrphans(LONG, 0, 100)).toBeUndefined();
      expect((await catalogue.orphans(10)).orphans).toHaveLength(4);
      while ((await catalogue.orphans(10)).orphans.length > 1) {
        bench.under.passTime?.(10);
        let after: number | undefined = 0;
        while (after !== undefined) after = await catalogue.sweepOrphans(0, after, 2);
      }
      expect((await catalogue.orphans(10)).orphans).toMatchObject([{ id: start.start!.id, reason: 'closed-instance' }]);
    });
  });
}
