import { randomUUID } from 'node:crypto';
import type { CallProgress, RecordedProgress, TurnAppend } from 'reprise/core';
import { turnOf } from './sample-turns.js';
import { HOSTED, type StoreBench } from './store-bench.js';

/** The promises of the StepProgress port. */
export function describeProgress(bench: StoreBench): void {
  function progressOf({ key }: Pick<TurnAppend, 'key'>, more: Partial<CallProgress> = {}): CallProgress {
    return { key, call: 1, attempt: 1, details: { done: 1 }, ...more };
  }
  async function readOf(...instances: readonly Pick<TurnAppend, 'key'>[]): Promise<Omit<RecordedProgress, 'at'>[]> {
    const found = await bench.store.progress.read(instances.map(({ key }) => key));
    return found.map(({ at, ...progress }) => {
      expect(Number.isSafeInteger(at)).toBe(true);
      return progress;
    });
  }
  function record(worker: string, ...progress: readonly CallProgress[]): Promise<boolean[]> {
    return bench.store.progress.record(worker, progress);
  }

  describe('progress', () => {
    it('S5 has nothing on record at first', async () => {
      expect(await readOf(await bench.started())).toEqual([]);
      expect(await readOf({ key: { shard: 3, run: randomUUID() } })).toEqual([]);
      expect(await bench.store.progress.read([])).toEqual([]);
    });

    it('S5 keeps what was said last of a call, and by which attempt', async () => {
      const start = await bench.started();
      expect(await record(bench.worker, progressOf(start))).toEqual([true]);
      const last = progressOf(start, { attempt: 2, details: { odd: '\u0000 \ud800 "', rows: [1, null] } });
      expect(await record(bench.worker, last)).toEqual([true]);
      expect(await readOf(start)).toEqual([last]);
    });

    it('S5 records many at once, keeps calls and runs apart, and reads them by run and call', async () => {
      const [one, two] = [await bench.started(), await bench.started()];
      const all = [
        progressOf(one, { details: null }),
        progressOf(one, { call: 12, details: 'b' }),
        progressOf(two, { call: 3, details: ['c'] }),
      ];
      expect(await record(bench.worker, all[2]!, all[1]!, all[0]!)).toEqual([true, true, true]);
      expect(await readOf(one, two)).toEqual(all);
      expect(await readOf(two, one)).toEqual([all[2], all[0], all[1]]);
      expect(await record(bench.worker)).toEqual([]);
    });

    it('S5 says when it was recorded, by the clock of the store', async () => {
      const start = await bench.started();
      await record(bench.worker, progressOf(start));
      const [first] = await bench.store.progress.read([start.key]);
      bench.under.passTime?.(1_000);
      await record(bench.worker, progressOf(start, { details: 2 }));
      const [second] = await bench.store.progress.read([start.key]);
      expect(second!.at).toBeGreaterThanOrEqual(first!.at);
      if (!bench.under.passTime) expect(Math.abs(second!.at - Date.now())).toBeLessThan(60_000);
      else expect(second!.at).toBe(first!.at + 1_000);
    });

    it('S5 forgets a call that has ended, and no other', async () => {
      const start = await bench.started();
      const [ended, open] = [progressOf(start), progressOf(start, { call: 2 })];
      await record(bench.worker, ended, open);
      await bench.store.progress.forget([ended, { key: { shard: 9, run: randomUUID() }, call: 1 }]);
      expect(await readOf(start)).toEqual([open]);
      await bench.store.progress.forget([]);
    });

    it('W2 leaves out what the worker does not own, and records the rest', async () => {
      const [mine, nobodys] = [await bench.started(), await bench.started({ owned: false })];
      const unknown = progressOf({ key: { shard: 9, run: randomUUID() } });
      expect(await record(bench.worker, progressOf(nobodys), progressOf(mine), unknown)).toEqual([false, true, false]);
      expect(await readOf(mine, nobodys, unknown)).toEqual([progressOf(mine)]);
      expect(await record(await bench.newWorker(), progressOf(mine, { details: 'not mine' }))).toEqual([false]);
      expect(await readOf(mine)).toEqual([progressOf(mine)]);
    });

    it('W2 lets no worker that was taken for dead write over what the next one records', async () => {
      const dead = await bench.newWorker();
      const start = await bench.started({ owned: false });
      await bench.eventuallyClaims(dead);
      expect(await record(dead, progressOf(start, { details: 'the first' }))).toEqual([true]);
      await bench.store.heartbeat(dead, 1, HOSTED);
      await bench.eventuallyClaims(bench.worker, bench.under.another);
      expect(await readOf(start)).toEqual([progressOf(start, { details: 'the first' })]);
      expect(await record(bench.worker, progressOf(start, { details: 'the next' }))).toEqual([true]);
      expect(await record(dead, progressOf(start, { details: 'too late' }))).toEqual([false]);
      expect(await readOf(start)).toEqual([progressOf(start, { details: 'the next' })]);
    });

    it('goes with its run when retention removes that', async () => {
      const start = await bench.started();
      await record(bench.worker, progressOf(start));
      const end = turnOf(start, 1, { head: { status: 'completed', retrying: false } });
      expect(await bench.store.append(bench.worker, [end])).toEqual(['appended']);
      bench.under.passTime?.(10);
      for (let removed = 0; removed === 0; bench.under.passTime?.(10)) {
        removed = await bench.store.catalogue.sweep([{ saga: 'PlaceOrder', status: 'completed', keep: 0 }], 10);
      }
      expect(await readOf(start)).toEqual([]);
    });
  });
}
