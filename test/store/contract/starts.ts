import { randomUUID } from 'node:crypto';
import { shardOf } from 'reprise/core';
import { type StoreBench } from './store-bench.js';
import { startOf, turnOf } from './sample-turns.js';

export function describeStarts(bench: StoreBench): void {
  describe('starts', () => {
    it('I1 gives an id to one open instance', async () => {
      const first = await bench.started();
      expect(await bench.store.append(bench.worker, [startOf({ id: first.start!.id })])).toEqual(['duplicate']);
      expect(await bench.store.append(undefined, [startOf({ id: first.start!.id, owned: false })])).toEqual([
        'duplicate',
      ]);
      expect((await bench.find(first))!.key).toEqual(first.key);
    });

    it('I1 gives an id to one instance, however many start it at once', async () => {
      const id = randomUUID();
      const rivals = Array.from({ length: 24 }, (_, i) => startOf({ id, owned: i % 2 === 0 }));
      const outcomes = await Promise.all(
        rivals.map((rival, i) =>
          (i % 3 === 0 ? bench.under.another : bench.store).append(rival.start!.owned ? bench.worker : undefined, [
            rival,
          ]),
        ),
      );
      expect(outcomes.flat().filter((outcome) => outcome === 'appended')).toHaveLength(1);
      expect(outcomes.flat().filter((outcome) => outcome === 'duplicate')).toHaveLength(23);
      const winner = rivals[outcomes.findIndex(([outcome]) => outcome === 'appended')]!;
      expect((await bench.store.find(shardOf(id), id))!.key).toEqual(winner.key);
      for (const rival of rivals) expect(await bench.store.history(rival.key)).toHaveLength(rival === winner ? 1 : 0);
    });

    it('I1 gives an id to one of two that come in one call', async () => {
      const id = randomUUID();
      const outcomes = await bench.store.append(bench.worker, [startOf({ id }), startOf({ id })]);
      expect([...outcomes].sort()).toEqual(['appended', 'duplicate']);
    });

    it('I1 gives an id again after the end only where reuse is wanted', async () => {
      const first = await bench.started({}, { head: { status: 'completed', retrying: false } });
      const id = first.start!.id;
      expect(await bench.store.append(bench.worker, [startOf({ id, reuse: false })])).toEqual(['duplicate']);
      const second = startOf({ id, reuse: true });
      expect(await bench.store.append(bench.worker, [second])).toEqual(['appended']);
      expect((await bench.find(first))!.key).toEqual(second.key);
      expect(await bench.store.history(first.key)).toEqual([first.turn]);
    });

    it('I1 gives an ended id to one of many that reuse it at once', async () => {
      const first = await bench.started({}, { head: { status: 'failed', retrying: false } });
      const id = first.start!.id;
      const rivals = Array.from({ length: 12 }, () => startOf({ id, reuse: true }));
      const outcomes = await Promise.all(
        rivals.map((rival, i) => (i % 2 ? bench.under.another : bench.store).append(bench.worker, [rival])),
      );
      expect(outcomes.flat().filter((outcome) => outcome === 'appended')).toHaveLength(1);
      expect(outcomes.flat().filter((outcome) => outcome === 'duplicate')).toHaveLength(11);
    });

    it('answers a start that went through before with "repeated"', async () => {
      const owned = await bench.started();
      expect(await bench.store.append(bench.worker, [owned])).toEqual(['repeated']);
      const free = await bench.started({ owned: false });
      expect(await bench.store.append(undefined, [free])).toEqual(['repeated']);
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      await bench.store.append(bench.worker, [turnOf(free, 1, { head: { status: 'completed', retrying: false } })]);
      expect(claimed!.turns).toEqual([free.turn]);
      expect(await bench.store.append(undefined, [{ ...free, start: { ...free.start!, reuse: true } }])).toEqual([
        'repeated',
      ]);
      expect((await bench.find(free))!.key).toEqual(free.key);
    });

    it('shows what was noted at the start', async () => {
      const start = await bench.started({ saga: 'Refund', version: 7, tags: { customer: 'anna', region: 'eu' } });
      expect(await bench.find(start)).toEqual({
        key: start.key,
        id: start.start!.id,
        saga: 'Refund',
        version: 7,
        tags: { customer: 'anna', region: 'eu' },
        status: 'running',
        retrying: false,
        startedAt: expect.any(Number),
      });
    });

    it('begins and ends an instance in one turn', async () => {
      const error = { name: 'OutOfStock', message: 'none left', code: 'OUT' };
      const start = await bench.started({}, { head: { status: 'failed', retrying: false, error } });
      expect(await bench.find(start)).toMatchObject({ status: 'failed', error, closedAt: expect.any(Number) });
      expect(await bench.store.append(bench.worker, [turnOf(start, 1)])).toEqual(['refused']);
    });
  });
}
