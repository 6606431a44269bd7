import type { ScheduleReach, ScheduleRecord, ScheduleStore } from 'reprise/core';
import { type StoreBench } from './store-bench.js';

const REACH: ScheduleReach = { hosted: [{ saga: 'billing', version: 2 }], declared: ['declared'] };
const HOLD = 600_000;

export function describeSchedules(bench: StoreBench): void {
  const store = (): ScheduleStore => bench.store.schedules;

  async function made(more: Partial<ScheduleRecord> = {}): Promise<ScheduleRecord> {
    const now = await store().now();
    const record: ScheduleRecord = {
      name: 'nightly',
      saga: 'billing',
      version: 1,
      origin: 'call',
      cron: '0 3 * * *',
      timeZone: 'Europe/Berlin',
      overlap: 'skip',
      catchUp: 'last',
      window: null,
      state: 'active',
      nextTick: now - 1_000,
      dueAt: now - 1_000,
      started: 0,
      skipped: 0,
      revision: 0,
      ...more,
    };
    expect(await store().create(record)).toBe(true);
    return record;
  }

  const taken = async (from = store(), limit = 10): Promise<string[]> =>
    (await from.take(REACH, limit, HOLD)).schedules.map(({ name }) => name);

  describe('schedules', () => {
    it('M7 keeps a schedule as it was written, and gives its name away once', async () => {
      const now = await store().now();
      const record = await made({
        input: { $t: 'u', hard: ['\u0000', '\ud800', '💶'] },
        note: 'a "reason"',
        waitingTick: now - 86_400_000,
        lastTick: now - 5,
        lastInstance: 'schedule:nightly:2026-03-29T01:00:00Z',
        skippedTick: now,
        skipReason: 'overlap',
        window: 90_000,
        started: 5_000_000_000,
        skipped: 2,
      });
      expect(await store().get('nightly')).toEqual(record);
      expect(await store().create({ ...record, cron: '* * * * *' })).toBe(false);
      expect(await store().get('nightly')).toEqual(record);
      expect(await store().get('other')).toBeUndefined();
    });

    it('M7 changes what nobody has changed since it was read', async () => {
      const record = await made();
      const { dueAt: _due, nextTick: _next, ...rest } = record;
      expect(await store().change({ ...rest, state: 'paused' })).toBe(true);
      expect(await store().get('nightly')).toEqual({ ...rest, state: 'paused', revision: 1 });
      expect(await store().change({ ...record, state: 'active' })).toBe(false);
      expect(await store().change({ ...record, name: 'other' })).toBe(false);
      expect((await store().get('nightly'))!.state).toBe('paused');
    });

    it('M7 gives a schedule that is due to one worker, and for a while to no other', async () => {
      const record = await made();
      const answers = await Promise.all([taken(), taken(bench.under.another.schedules), taken()]);
      expect(answers.flat()).toEqual(['nightly']);
      expect(await taken()).toEqual([]);
      const { dueAt, revision } = (await store().get('nightly'))!;
      expect(dueAt).toBeGreaterThan(record.dueAt!);
      expect(revision).toBe(1);
      expect(await store().change(record)).toBe(false);
    });

    it('M7 gives a schedule to another worker when the first does not come back', async () => {
      await made();
      const { now, schedules } = await store().take(REACH, 10, 0);
      expect(schedules[0]).toMatchObject({ name: 'nightly', revision: 1 });
      expect(now).toBeGreaterThan(schedules[0]!.nextTick!);
      bench.under.passTime?.(1);
      let again = await taken(bench.under.another.schedules);
      while (again.length === 0) again = await taken(bench.under.another.schedules);
      expect(again).toEqual(['nightly']);
    });

    it('M7 takes the longest due first, up to a limit', async () => {
      const now = await store().now();
      for (const [name, ago] of Object.entries({ c: 1, a: 3, b: 2 })) await made({ name, dueAt: now - ago * 1_000 });
      expect((await taken(store(), 2)).sort()).toEqual(['a', 'b']);
      expect(await taken()).toEqual(['c']);
    });

    it('M7 takes what is active, due, and within the worker’s reach', async () => {
      const now = await store().now();
      await made({ name: 'later', dueAt: now + HOLD });
      await made({ name: 'paused', state: 'paused' });
      await made({ name: 'retired', state: 'retired', origin: 'code' });
      await made({ name: 'another saga', saga: 'shipping' });
      await made({ name: 'newer code', version: 3 });
      await made({ name: 'undeclared', origin: 'code' });
      await made({ name: 'declared', origin: 'code', version: 2 });
      const { nextTick: _next, dueAt: _due, ...ended } = await made({ name: 'ended' });
      expect(await store().change(ended)).toBe(true);
      expect(await taken()).toEqual(['declared']);
      expect(await store().take({ hosted: [], declared: [] }, 10, HOLD)).toMatchObject({ schedules: [] });
    });

    it('M7 says how long nothing is due', async () => {
      expect(await store().nearest(REACH)).toBeNull();
      const now = await store().now();
      await made({ name: 'paused', state: 'paused' });
      await made({ name: 'later', dueAt: now + 60_000 });
      const wait = (await store().nearest(REACH))!;
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60_000);
      await made();
      expect(await store().nearest(REACH)).toBe(0);
      expect(await store().nearest({ hosted: [], declared: [] })).toBeNull();
    });

    it('M7 makes the tick due that waits for an instance which has ended', async () => {
      const now = await store().now();
      const waiting = { waitingTick: now, lastInstance: 'before', dueAt: now + HOLD };
      await made(waiting);
      await made({ name: 'paused', ...waiting, state: 'paused', lastInstance: 'of the paused' });
      await made({ name: 'free', lastInstance: 'free', dueAt: now + HOLD });
      expect(await store().hurry('another')).toBe(false);
      expect(await store().hurry('free')).toBe(false);
      expect(await store().hurry('of the paused')).toBe(false);
      expect(await taken()).toEqual([]);
      expect(await store().hurry('before')).toBe(true);
      expect(await taken()).toEqual(['nightly']);
    });

    it('lists schedules by name, page by page', async () => {
      const names = ['b', 'Z', 'ä', 'a', '\ufffd', '💶'];
      for (const name of names) await made({ name });
      const first = await store().list(undefined, 4);
      const second = await store().list(first.at(-1)!.name, 4);
      expect([...first, ...second].map(({ name }) => name)).toEqual(['Z', 'a', 'b', 'ä', '\ufffd', '💶']);
      expect(await store().list('💶', 4)).toEqual([]);
    });

    it('finds what stands in the code of sagas', async () => {
      await made({ name: 'one', origin: 'code' });
      await made({ name: 'two', origin: 'code', state: 'retired' });
      await made({ name: 'of another', origin: 'code', saga: 'shipping' });
      await made({ name: 'called' });
      expect((await store().ofCode(['billing', 'x'])).map(({ name }) => name).sort()).toEqual(['one', 'two']);
      expect(await store().ofCode([])).toEqual([]);
    });

    it('forgets a schedule that is deleted, and refuses what a worker still writes of it', async () => {
      const record = await made();
      expect(await store().delete('nightly')).toBe(true);
      expect(await store().delete('nightly')).toBe(false);
      expect(await store().change(record)).toBe(false);
      expect(await store().get('nightly')).toBeUndefined();
    });
  });
}
