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

    it('W5 counts how many workers in a row died with an instance, until it makes a turn or rests', async () => {
      const start = await bench.started({ owned: false });
      const lose = async (turns: number): Promise<number | undefined> => {
        const dead = await bench.newWorker();
        const [claimed] = await bench.eventuallyClaims(dead);
        for (let turn = 0; turn < turns; turn++)
          await bench.store.append(dead, [turnOf(start, claimed!.turns.length + turn)]);
        expect(await bench.store.heartbeat(dead, 1, HOSTED)).toBe(true);
        return claimed!.losses;
      };
      expect([await lose(0), await lose(0), await lose(0), await lose(1), await lose(0)]).toEqual([
        undefined,
        1,
        2,
        3,
        1,
      ]);
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      expect(claimed!.losses).toBe(2);
      await bench.store.release(bench.worker, [{ key: start.key, wakeAfter: 0 }]);
      expect((await bench.eventuallyClaims(bench.worker))[0]!.losses).toBeUndefined();
    });

    it('W5 counts the suspects alone, while there are any', async () => {
      const [suspect, other] = [await bench.started({ owned: false }), await bench.started({ owned: false })];
      const lossesOf = async (suspected: boolean[]): Promise<(number | undefined)[]> => {
        const dead = await bench.newWorker();
        const claimed = await bench.eventuallyClaims(dead);
        for (const on of suspected) await bench.store.suspect(dead, [suspect.key], on);
        await bench.store.suspect(bench.worker, [other.key], true);
        await bench.store.heartbeat(dead, 1, HOSTED);
        const of = ({ key }: typeof suspect): number | undefined =>
          claimed.find(({ summary }) => summary.key.run === key.run)!.losses;
        return [of(suspect), of(other)];
      };
      expect(await lossesOf([true])).toEqual([undefined, undefined]);
      expect(await lossesOf([true, false])).toEqual([1, undefined]);
      expect(await lossesOf([])).toEqual([2, 1]);
      expect(await lossesOf([])).toEqual([3, 2]);
    });

    it('W5 lets one wait that was not run, in spite of its mail, and goes on counting', async () => {
      const start = await bench.started({ owned: false });
      const dead = await bench.newWorker();
      await bench.eventuallyClaims(dead);
      await bench.store.heartbeat(dead, 1, HOSTED);
      await bench.post(start, { id: 'm', kind: 'signal', name: 's', input: [] });
      await bench.eventuallyClaims(bench.worker);
      await bench.store.release(bench.worker, [{ key: start.key, wakeAfter: LONG, unrun: true }]);
      expect(await bench.store.claim(bench.worker, 10, HOSTED)).toEqual([]);
      await bench.post(start, { id: 'n', kind: 'signal', name: 's', input: [] });
      expect((await bench.eventuallyClaims(bench.worker))[0]!.losses).toBe(1);
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
