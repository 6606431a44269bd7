import { HOSTED, type StoreBench } from './store-bench.js';
import { startOf, turnOf } from './sample-turns.js';

export function describeHeads(bench: StoreBench): void {
  describe('heads', () => {
    it('changes what is seen of an instance, with the turn', async () => {
      const start = await bench.started();
      const error = { name: 'SagaError', message: 'recorded a, asked b', code: 'NON_DETERMINISTIC' };
      await bench.store.append(bench.worker, [
        turnOf(start, 1, { head: { status: 'incident', retrying: true, error } }),
      ]);
      expect(await bench.find(start)).toMatchObject({ status: 'incident', retrying: true, error });
      await bench.store.append(bench.worker, [turnOf(start, 2)]);
      expect(await bench.find(start)).toMatchObject({ status: 'incident', retrying: true, error });
      await bench.store.append(bench.worker, [turnOf(start, 3, { head: { status: 'running', retrying: false } })]);
      expect((await bench.find(start))!.error).toBeUndefined();
    });

    it('gives a closed instance up for good', async () => {
      const start = await bench.started();
      await bench.store.append(bench.worker, [turnOf(start, 1, { head: { status: 'compensated', retrying: false } })]);
      expect((await bench.find(start))!.closedAt).toBeGreaterThanOrEqual((await bench.find(start))!.startedAt);
      expect(await bench.store.append(bench.worker, [turnOf(start, 2)])).toEqual(['refused']);
      expect(await bench.store.claim(bench.worker, 10, HOSTED)).toEqual([]);
    });

    it('finds many at once and leaves out what is unknown', async () => {
      const [one, two] = [await bench.started(), await bench.started()];
      const ids = [one, two, startOf()].map(({ start, key }) => ({ id: start!.id, shard: key.shard }));
      const found = await bench.store.findMany(ids);
      expect(new Set(found.map(({ id }) => id))).toEqual(new Set([one.start!.id, two.start!.id]));
      expect(await bench.store.findMany([])).toEqual([]);
      expect(await bench.store.find(1, 'nobody')).toBeUndefined();
    });
  });
}
