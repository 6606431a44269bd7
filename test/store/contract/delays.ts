import type { Postponement, StartRecord, Turn, TurnAppend } from 'reprise/core';
import { messageOf, startOf, turnOf } from './sample-turns.js';
import { HOSTED, LONG, type StoreBench } from './store-bench.js';

/** The promises about starts with a delay. */
export function describeDelays(bench: StoreBench): void {
  function delayed(wakeAfter: number, start: Partial<StartRecord> = {}): Promise<TurnAppend> {
    const head = { status: 'delayed', retrying: false } as const;
    return bench.started({ owned: false, ...start }, { head, release: { wakeAfter } });
  }
  function firstTurn(input: string, saga = 'PlaceOrder'): Turn {
    return { at: 1_000, events: [{ type: 'SagaStarted', saga, version: 1, engine: 1, input, delayed: true }] };
  }
  function postpone({ key }: TurnAppend, more: Partial<Postponement> = {}): Promise<'postponed' | 'refused'> {
    return bench.store.postpone(key, { version: 1, turn: firstTurn('later'), after: LONG, ...more });
  }
  function claim(): ReturnType<typeof bench.store.claim> {
    return bench.store.claim(bench.worker, 10, HOSTED);
  }
  async function beginsAfter(start: TurnAppend): Promise<number> {
    const { startedAt, beginsAt } = (await bench.find(start))!;
    return beginsAt! - startedAt;
  }

  describe('delays', () => {
    it('S10 nobody is given a delayed start before its time, and everybody sees when that is', async () => {
      const start = await delayed(LONG);
      expect(await claim()).toEqual([]);
      const found = await bench.find(start);
      expect(found).toMatchObject({ status: 'delayed', key: start.key });
      expect(await beginsAfter(start)).toBe(LONG);
      expect(await bench.store.catalogue.count({ statuses: ['delayed'] })).toEqual({ count: 1, exact: true });
      expect((await bench.store.catalogue.list({}, 10)).instances).toEqual([found]);
    });

    it('S10 it is due when its time has come', async () => {
      const start = await delayed(5);
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      expect(claimed).toMatchObject({ summary: { key: start.key, status: 'delayed' }, turns: [start.turn] });
      expect(claimed!.summary.beginsAt! - claimed!.summary.startedAt).toBe(5);
    });

    it('I1 its id is taken meanwhile', async () => {
      const start = await delayed(LONG);
      const again = startOf({ id: start.start!.id, reuse: true });
      expect(await bench.store.append(bench.worker, [again])).toEqual(['duplicate']);
    });

    it.each(['signal', 'update'] as const)('S10 a %s does not make it due early, and is kept', async (kind) => {
      const start = await delayed(LONG);
      expect(await bench.post(start, messageOf('m-1', kind))).toBe('accepted');
      expect(await claim()).toEqual([]);
      expect(await postpone(start, { after: 5 })).toBe('postponed');
      await bench.eventuallyClaims(bench.worker);
      expect((await bench.store.unread(bench.worker)).flatMap(({ messages }) => messages)).toMatchObject([
        { name: 'm-1' },
      ]);
    });

    it('S10 a signal that comes when it has begun makes it due as usual', async () => {
      const start = await delayed(1);
      await bench.eventuallyClaims(bench.worker);
      const begun = { head: { status: 'running', retrying: false }, release: { wakeAfter: LONG } } as const;
      expect(await bench.store.append(bench.worker, [turnOf(start, 1, begun)])).toEqual(['appended']);
      expect(await claim()).toEqual([]);
      await bench.post(start, messageOf('m-1'));
      expect(await claim()).toHaveLength(1);
    });

    it.each(['cancel', 'operate'] as const)('C7 a message to %s it makes it due at once', async (kind) => {
      const start = await delayed(LONG);
      await bench.post(start, messageOf('m-1', kind));
      expect((await claim()).map(({ summary }) => summary.key)).toEqual([start.key]);
    });

    it('S10 a later start takes its place: what it begins with, its version and its time', async () => {
      const start = await delayed(LONG, { version: 7 });
      expect(await postpone(start, { after: LONG * 2 })).toBe('postponed');
      expect(await beginsAfter(start)).toBeGreaterThanOrEqual(LONG * 2);
      expect(await bench.find(start)).toMatchObject({ version: 1, status: 'delayed' });
      expect(await bench.store.history(start.key)).toEqual([firstTurn('later')]);
      expect(await claim()).toEqual([]);
      expect(await postpone(start, { after: 2, turn: firstTurn('last') })).toBe('postponed');
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      expect(claimed!.turns).toEqual([firstTurn('last')]);
    });

    it('S10 but not its latest time', async () => {
      const start = await delayed(50);
      expect(await postpone(start, { after: LONG, longest: 60 })).toBe('postponed');
      expect(await beginsAfter(start)).toBe(60);
      expect(await postpone(start, { after: LONG, longest: 20 })).toBe('postponed');
      expect(await beginsAfter(start)).toBe(20);
      await bench.eventuallyClaims(bench.worker);
    });

    it('C7 nor does it hold up what does not wait', async () => {
      const start = await delayed(LONG);
      await bench.post(start, messageOf('m-1', 'cancel'));
      expect(await postpone(start)).toBe('postponed');
      expect(await claim()).toHaveLength(1);
    });

    it('S10 refuses to take the place of what has begun, is with a worker, or has ended', async () => {
      const start = await delayed(1);
      await bench.eventuallyClaims(bench.worker);
      expect(await postpone(start)).toBe('refused');
      const running = { head: { status: 'running', retrying: false }, release: { wakeAfter: LONG } } as const;
      await bench.store.append(bench.worker, [turnOf(start, 1, running)]);
      expect(await postpone(start)).toBe('refused');
      expect(await bench.store.history(start.key)).toMatchObject([start.turn, {}]);
      const ended = await bench.started({}, { head: { status: 'completed', retrying: false } });
      expect(await postpone(ended)).toBe('refused');
      expect(await postpone(startOf())).toBe('refused');
      expect(await postpone(await bench.started({ owned: false }))).toBe('refused');
    });

    it('S10 goes back to where it was when a worker that took it early gives it back', async () => {
      const start = await delayed(LONG);
      const message = messageOf('m-1', 'operate');
      await bench.post(start, message);
      await claim();
      const back = turnOf(start, 1, { consumed: [message.id], release: { wakeAfter: LONG } });
      expect(await bench.store.append(bench.worker, [back])).toEqual(['appended']);
      expect(await claim()).toEqual([]);
      await bench.post(start, messageOf('m-2'));
      expect(await claim()).toEqual([]);
      expect(await postpone(start, { after: 3 })).toBe('postponed');
      expect(await bench.eventuallyClaims(bench.worker)).toHaveLength(1);
    });

    it('S10 either a claim comes first or a later start does, never both', async () => {
      const outcomes = new Set<string>();
      for (let round = 0; round < 40; round++) {
        const start = await delayed(0);
        bench.under.passTime?.(1);
        const [claimed, outcome] = await Promise.all([
          bench.under.another.claim(bench.worker, 10, HOSTED),
          postpone(start, { after: LONG }),
        ]);
        const mine = claimed.filter(({ summary }) => summary.key.run === start.key.run);
        outcomes.add(`${mine.length} ${outcome}`);
        if (outcome === 'postponed') expect(await bench.store.history(start.key)).toEqual([firstTurn('later')]);
        else expect(mine[0]!.turns).toEqual([start.turn]);
      }
      for (const outcome of outcomes) expect(['1 refused', '0 postponed']).toContain(outcome);
    });

    it('S10 of several starts of an id at the same time one begins it, and each of the others takes its place', async () => {
      const id = startOf().start!.id;
      const head = { status: 'delayed', retrying: false } as const;
      const starts = Array.from({ length: 6 }, () =>
        startOf({ id, owned: false }, { head, release: { wakeAfter: LONG } }),
      );
      const appended = await Promise.all(
        starts.map((start, i) => (i % 2 ? bench.store : bench.under.another).append(undefined, [start])),
      );
      expect(appended.flat().filter((outcome) => outcome === 'appended')).toHaveLength(1);
      const { key } = (await bench.store.find(starts[0]!.key.shard, id))!;
      const turns = starts.map((_start, i) => firstTurn(`input ${i}`));
      const postponed = await Promise.all(
        turns.map((turn, i) =>
          (i % 2 ? bench.store : bench.under.another).postpone(key, { version: 1, turn, after: LONG }),
        ),
      );
      expect(new Set(postponed)).toEqual(new Set(['postponed']));
      const history = await bench.store.history(key);
      expect(history).toHaveLength(1);
      expect(turns).toContainEqual(history[0]);
    });
  });
}
