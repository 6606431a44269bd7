import { randomUUID } from 'node:crypto';
import type { SentAttempt, TurnAppend } from 'reprise/core';
import { turnOf } from './sample-turns.js';
import type { StoreBench } from './store-bench.js';

/** The promises of the StepDeliveries port. */
export function describeDeliveries(bench: StoreBench): void {
  function sentOf({ key }: Pick<TurnAppend, 'key'>, more: Partial<SentAttempt> = {}): SentAttempt {
    return { key, call: 1, attempt: 1, service: 'stock', operation: 'reserve', sentAt: 1_700_000_000_123, ...more };
  }

  describe('deliveries', () => {
    it('S1 have nothing on record at first', async () => {
      const { deliveries } = bench.store;
      expect(await deliveries.read((await bench.started()).key)).toEqual([]);
      expect(await deliveries.read({ shard: 3, run: randomUUID() })).toEqual([]);
      await deliveries.note(bench.worker, []);
    });

    it('S1 keep the latest attempt of each call, and runs apart', async () => {
      const { deliveries } = bench.store;
      const [one, two] = [await bench.started(), await bench.started()];
      const last = sentOf(one, { attempt: 2, service: 'till', operation: 'pay', sentAt: 1_700_000_009_000 });
      await deliveries.note(bench.worker, [sentOf(one, { call: 7 }), sentOf(one), sentOf(two)]);
      await deliveries.note(bench.worker, [last]);
      expect(await deliveries.read(one.key)).toEqual([last, sentOf(one, { call: 7 })]);
      expect(await deliveries.read(two.key)).toEqual([sentOf(two)]);
    });

    it('W2 leave out what the worker does not own', async () => {
      const { deliveries } = bench.store;
      const [mine, nobodys] = [await bench.started(), await bench.started({ owned: false })];
      await deliveries.note(bench.worker, [sentOf(mine), sentOf(nobodys)]);
      await deliveries.note(await bench.newWorker(), [sentOf(mine, { attempt: 9 })]);
      expect(await deliveries.read(mine.key)).toEqual([sentOf(mine)]);
      expect(await deliveries.read(nobodys.key)).toEqual([]);
    });

    it('go with their run when retention removes that', async () => {
      const { deliveries, catalogue } = bench.store;
      const start = await bench.started();
      await deliveries.note(bench.worker, [sentOf(start)]);
      const end = turnOf(start, 1, { head: { status: 'completed', retrying: false } });
      expect(await bench.store.append(bench.worker, [end])).toEqual(['appended']);
      bench.under.passTime?.(10);
      for (let removed = 0; removed === 0; bench.under.passTime?.(10)) {
        removed = await catalogue.sweep([{ saga: 'PlaceOrder', status: 'completed', keep: 0 }], 10);
      }
      expect(await deliveries.read(start.key)).toEqual([]);
    });
  });
}
