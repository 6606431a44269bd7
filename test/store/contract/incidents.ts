import { type StartRecord, type TurnAppend } from 'reprise/core';
import { HOSTED, type StoreBench } from './store-bench.js';
import { turnOf } from './sample-turns.js';

export function describeIncidents(bench: StoreBench): void {
  describe('incidents and orphans', () => {
    it('wakes the incidents of a code', async () => {
      const parked = async (code: string, more: Partial<StartRecord> = {}): Promise<TurnAppend> => {
        const start = await bench.started(more);
        const error = { name: 'SagaError', message: 'with \u0000', code };
        const head = { status: 'incident' as const, retrying: false, error };
        await bench.store.append(bench.worker, [turnOf(start, 1, { head, release: { wakeAfter: null } })]);
        return start;
      };
      const mine = await parked('NON_DETERMINISTIC');
      await parked('COMPENSATION_GAVE_UP');
      await parked('NON_DETERMINISTIC', { version: 9 });
      expect(await bench.store.wakeIncidents(['NON_DETERMINISTIC', 'UNKNOWN_SAGA'], HOSTED)).toBe(1);
      const claimed = await bench.eventuallyClaims(bench.worker);
      expect(claimed.map(({ summary }) => summary.key)).toEqual([mine.key]);
      expect(await bench.store.wakeIncidents([], HOSTED)).toBe(0);
    });

    it('S7 takes orphans on record', async () => {
      const { key, start } = await bench.started();
      const payload = { late: ['\u0000'] };
      await bench.store.recordOrphan({ key, id: start!.id, reason: 'late-result', call: 3, attempt: 2, payload });
      await bench.store.recordOrphan({ key, id: start!.id, reason: 'duplicate-result' });
    });
  });
}
