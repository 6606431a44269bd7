import { randomUUID } from 'node:crypto';
import { type Turn } from 'reprise/core';
import { type StoreBench } from './store-bench.js';
import { startOf, turnOf } from './sample-turns.js';

export function describeAppends(bench: StoreBench): void {
  describe('appends', () => {
    it('keeps turns in order and gives them back as they were', async () => {
      const start = await bench.started();
      expect(await bench.store.append(bench.worker, [turnOf(start, 1), turnOf(await bench.started(), 1)])).toEqual([
        'appended',
        'appended',
      ]);
      expect(await bench.store.append(bench.worker, [turnOf(start, 2)])).toEqual(['appended']);
      expect(await bench.store.history(start.key)).toEqual([start.turn, turnOf(start, 1).turn, turnOf(start, 2).turn]);
    });

    it('keeps every character, also the ones that PostgreSQL finds hard', async () => {
      const hard = ['\u0000', '\ud800', 'a\u0000b\udfff', '\\u0000', '💶', '"\'\\\b\f\n\r\t', '\u2028', '￿', ''];
      const start = startOf({ tags: { note: 'nul \u0000 and half \ud800' } });
      const turn: Turn = { at: 1, events: [{ type: 'SagaCompleted', result: { hard, '\u0000key': 1 } }] };
      await bench.store.append(bench.worker, [{ ...start, turn }]);
      expect(await bench.store.history(start.key)).toEqual([turn]);
      expect((await bench.find(start))!.tags).toEqual(start.start!.tags);
    });

    it('keeps numbers as JSON knows them', async () => {
      const result = [0, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, -1.5, 1 / 3];
      const start = startOf({}, { turn: { at: 1_763_000_000_123, events: [{ type: 'SagaCompleted', result }] } });
      await bench.store.append(bench.worker, [start]);
      expect(await bench.store.history(start.key)).toEqual([start.turn]);
    });

    it('answers nothing to nothing, and no history for a run it does not know', async () => {
      expect(await bench.store.append(bench.worker, [])).toEqual([]);
      expect(await bench.store.history({ shard: 1, run: randomUUID() })).toEqual([]);
    });

    it('answers in the order of the turns, whatever becomes of each', async () => {
      const mine = await bench.started();
      const lost = startOf();
      const taken = startOf({ id: mine.start!.id });
      const fresh = startOf();
      expect(
        await bench.store.append(
          bench.worker,
          [turnOf(lost, 1), fresh, turnOf(mine, 1), taken, turnOf(fresh, 1)].slice(0, 4),
        ),
      ).toEqual(['refused', 'appended', 'appended', 'duplicate']);
    });

    it('W3 answers a turn that is already there with "repeated" and leaves the first', async () => {
      const start = await bench.started();
      const first = turnOf(start, 1);
      await bench.store.append(bench.worker, [first]);
      const again = { ...first, turn: { at: 99, events: [] } };
      expect(await bench.store.append(bench.worker, [again])).toEqual(['repeated']);
      expect(
        await bench.store.append(bench.worker, [{ ...again, head: { status: 'incident', retrying: true } }]),
      ).toEqual(['repeated']);
      expect(await bench.store.history(start.key)).toEqual([start.turn, first.turn]);
      expect((await bench.find(start))!.status).toBe('running');
    });

    it('W3 refuses a turn that leaves a gap, and writes nothing of it', async () => {
      const start = await bench.started();
      expect(await bench.store.append(bench.worker, [turnOf(start, 2)])).toEqual(['refused']);
      const closing = turnOf(start, 5, { head: { status: 'completed', retrying: false } });
      expect(await bench.store.append(bench.worker, [closing])).toEqual(['refused']);
      expect(await bench.store.history(start.key)).toHaveLength(1);
      expect((await bench.find(start))!.status).toBe('running');
    });

    it('W2 refuses whole what somebody appends who does not own the instance', async () => {
      const start = await bench.started();
      const stranger = await bench.newWorker();
      const closing = turnOf(start, 1, { head: { status: 'completed', retrying: false } });
      expect(await bench.store.append(stranger, [turnOf(start, 1)])).toEqual(['refused']);
      expect(await bench.store.append(stranger, [closing])).toEqual(['refused']);
      expect(await bench.store.append(undefined, [turnOf(start, 1)])).toEqual(['refused']);
      expect(await bench.store.history(start.key)).toEqual([start.turn]);
      expect((await bench.find(start))!.closedAt).toBeUndefined();
    });

    it('appends a thousand turns in one call', async () => {
      const starts = Array.from({ length: 1_000 }, () => startOf());
      expect(new Set(await bench.store.append(bench.worker, starts))).toEqual(new Set(['appended']));
      const next = starts.map((start) => turnOf(start, 1));
      expect(new Set(await bench.store.append(bench.worker, next))).toEqual(new Set(['appended']));
      expect(await bench.store.history(starts[999]!.key)).toEqual([starts[999]!.turn, next[999]!.turn]);
    });
  });
}
