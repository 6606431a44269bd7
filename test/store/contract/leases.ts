import { HOSTED, LONG, type StoreBench } from './store-bench.js';
import { startOf, turnOf } from './sample-turns.js';

export function describeLeases(bench: StoreBench): void {
  describe('leases', () => {
    it('W2 frees what a dead worker held, on the clock of the store, and refuses what it still writes', async () => {
      const dead = await bench.newWorker();
      const start = startOf();
      await bench.store.append(dead, [start]);
      expect(await bench.store.heartbeat(dead, 1, HOSTED)).toBe(true);
      const [claimed] = await bench.eventuallyClaims(bench.worker, bench.under.another);
      expect(claimed!.summary.key).toEqual(start.key);
      expect(await bench.store.append(dead, [turnOf(start, 1)])).toEqual(['refused']);
      expect(
        await bench.store.append(dead, [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]),
      ).toEqual(['refused']);
      expect(await bench.store.heartbeat(dead, LONG, HOSTED)).toBe(false);
      expect(await bench.store.append(bench.worker, [turnOf(start, 1)])).toEqual(['appended']);
    });

    it('W2 gives nothing to a worker that was taken for dead', async () => {
      const dead = await bench.newWorker();
      await bench.store.append(dead, [startOf()]);
      await bench.store.heartbeat(dead, 1, HOSTED);
      await bench.eventuallyClaims(bench.worker);
      await bench.started({ owned: false });
      expect(await bench.store.claim(dead, 10, HOSTED)).toEqual([]);
      expect(await bench.store.append(dead, [startOf()])).toEqual(['refused']);
    });

    it('W1 leaves a worker alone whose lease runs', async () => {
      await bench.started();
      expect(await bench.store.heartbeat(bench.worker, LONG, HOSTED)).toBe(true);
      expect(await bench.store.claim(await bench.newWorker(), 10, HOSTED)).toEqual([]);
    });

    it('W4 gives everything back when a worker leaves', async () => {
      const start = await bench.started();
      await bench.store.leave(bench.worker);
      const claimed = await bench.eventuallyClaims(await bench.newWorker());
      expect(claimed.map(({ summary }) => summary.key)).toEqual([start.key]);
      expect(await bench.store.append(bench.worker, [turnOf(start, 1)])).toEqual(['refused']);
    });
  });
}
