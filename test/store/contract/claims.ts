import { HOSTED, LONG, type StoreBench } from './store-bench.js';
import { startOf, turnOf } from './sample-turns.js';

export function describeClaims(bench: StoreBench): void {
  describe('claims', () => {
    it('W1 gives no instance to two workers', async () => {
      const starts = Array.from({ length: 60 }, () => startOf({ owned: false }));
      await bench.store.append(undefined, starts);
      const workers = await Promise.all(Array.from({ length: 6 }, () => bench.newWorker()));
      const claims = await Promise.all(
        workers.map((one, i) => (i % 2 ? bench.under.another : bench.store).claim(one, 20, HOSTED)),
      );
      const rest = await bench.store.claim(bench.worker, 100, HOSTED);
      const runs = [...claims.flat(), ...rest].map(({ summary }) => summary.key.run);
      expect(runs).toHaveLength(60);
      expect(new Set(runs).size).toBe(60);
    });

    it('takes the oldest first, no more than asked, and reads their turns', async () => {
      const first = await bench.started({ owned: false });
      const second = await bench.started({ owned: false });
      const [claimed, ...others] = await bench.store.claim(bench.worker, 1, HOSTED);
      expect(others).toEqual([]);
      expect(claimed).toEqual({ summary: await bench.find(first), turns: [first.turn] });
      expect((await bench.store.claim(bench.worker, 10, HOSTED)).map(({ summary }) => summary.key)).toEqual([
        second.key,
      ]);
      expect(await bench.store.append(bench.worker, [turnOf(first, 1), turnOf(second, 1)])).toEqual([
        'appended',
        'appended',
      ]);
    });

    it('D8 leaves sagas and versions alone that the worker does not have', async () => {
      await bench.started({ owned: false, version: 2 });
      await bench.started({ owned: false, saga: 'Refund' });
      expect(await bench.store.claim(bench.worker, 10, HOSTED)).toEqual([]);
      expect(await bench.store.claim(bench.worker, 10, [{ saga: 'PlaceOrder', version: 2 }])).toHaveLength(1);
      expect(await bench.store.claim(bench.worker, 10, [])).toEqual([]);
    });

    it('gives an instance back with a turn, due after its wait', async () => {
      const soon = await bench.started();
      const late = await bench.started();
      const onMessage = await bench.started();
      await bench.store.append(bench.worker, [
        turnOf(soon, 1, { release: { wakeAfter: 0 } }),
        turnOf(late, 1, { release: { wakeAfter: LONG } }),
        turnOf(onMessage, 1, { release: { wakeAfter: null } }),
      ]);
      expect(await bench.store.append(bench.worker, [turnOf(soon, 2)])).toEqual(['refused']);
      const claimed = await bench.eventuallyClaims(await bench.newWorker());
      expect(claimed.map(({ summary }) => summary.key)).toEqual([soon.key]);
      expect(claimed[0]!.turns).toEqual([soon.turn, turnOf(soon, 1).turn]);
    });

    it('gives instances back without a turn', async () => {
      const [soon, late] = [await bench.started(), await bench.started()];
      const stranger = await bench.newWorker();
      await bench.store.release(stranger, [{ key: late.key, wakeAfter: 0 }]);
      await bench.store.release(bench.worker, [
        { key: soon.key, wakeAfter: 0 },
        { key: late.key, wakeAfter: null },
      ]);
      expect((await bench.eventuallyClaims(stranger)).map(({ summary }) => summary.key)).toEqual([soon.key]);
      expect(await bench.store.claim(stranger, 10, HOSTED)).toEqual([]);
    });

    it('W6 gives back what the worker owns and does not know of', async () => {
      const [known, unknown] = [await bench.started(), await bench.started()];
      const stranger = await bench.newWorker();
      await bench.store.releaseOthers(stranger, []);
      await bench.store.releaseOthers(bench.worker, [known.key]);
      expect((await bench.eventuallyClaims(stranger)).map(({ summary }) => summary.key)).toEqual([unknown.key]);
      expect(await bench.store.append(bench.worker, [turnOf(known, 1)])).toEqual(['appended']);
    });

    it('M4 takes a wait of any length', async () => {
      const start = await bench.started();
      await bench.store.release(bench.worker, [{ key: start.key, wakeAfter: 1e18 }]);
      const other = await bench.started();
      await bench.store.append(bench.worker, [turnOf(other, 1, { release: { wakeAfter: 0.4 } })]);
      expect((await bench.eventuallyClaims(bench.worker)).map(({ summary }) => summary.key)).toEqual([other.key]);
    });
  });
}
