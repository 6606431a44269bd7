import type { InstanceFilter, InstancePosition, InstanceSummary, SagaStatus, TurnAppend } from 'reprise/core';
import { HOSTED, type StoreBench } from './store-bench.js';
import { messageOf, startOf, turnOf } from './sample-turns.js';

export function describeCatalogue(bench: StoreBench): void {
  async function ended(status: SagaStatus, saga = 'PlaceOrder', code?: string): Promise<TurnAppend> {
    const error = code === undefined ? {} : { error: { name: 'SagaError', message: code, code } };
    return bench.started({ saga }, { head: { status, retrying: false, ...error } });
  }
  async function found(filter: InstanceFilter): Promise<string[]> {
    const { instances } = await bench.store.catalogue.list(filter, 100);
    expect(await bench.store.catalogue.count(filter)).toEqual({ count: instances.length, exact: true });
    return instances.map(({ id }) => id).sort();
  }
  function idOf(...starts: TurnAppend[]): string[] {
    return starts.map(({ start }) => start!.id).sort();
  }
  async function pages(
    filter: InstanceFilter,
    size: number,
    between?: () => Promise<unknown>,
  ): Promise<InstanceSummary[]> {
    const all: InstanceSummary[] = [];
    let after: InstancePosition | undefined;
    do {
      const page = await bench.store.catalogue.list(filter, size, after);
      expect(page.instances.length).toBeLessThanOrEqual(size);
      all.push(...page.instances);
      after = page.next;
      await between?.();
    } while (after);
    return all;
  }

  describe('the list', () => {
    it('holds everything once, newest first, in pages', async () => {
      const starts: TurnAppend[] = [];
      for (let i = 0; i < 5; i++) {
        const batch = [
          startOf(),
          startOf({ saga: 'Refund' }),
          startOf({}, { head: { status: 'failed', retrying: false } }),
        ];
        await bench.store.append(bench.worker, batch);
        bench.under.passTime?.(1);
        starts.push(...batch);
      }
      const all = await pages({}, 4);
      expect(all.map(({ id }) => id).sort()).toEqual(idOf(...starts));
      const times = all.map(({ startedAt }) => startedAt);
      expect(times).toEqual([...times].sort((a, b) => b - a));
      expect(await pages({}, 15)).toEqual(all);
      expect(all[0]).toEqual(await bench.store.find(all[0]!.key.shard, all[0]!.id));
    });

    it('skips and repeats nothing while instances begin and change', async () => {
      const before = idOf(...(await Promise.all(Array.from({ length: 30 }, () => bench.started()))));
      const meanwhile = async (): Promise<void> => {
        bench.under.passTime?.(1);
        const start = await bench.started();
        await bench.store.append(bench.worker, [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]);
      };
      const listed = (await pages({}, 7, meanwhile)).map(({ id }) => id);
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed.filter((id) => before.includes(id)).sort()).toEqual(before);
    });

    it('filters by saga, status, version, error, retrying and the beginning of the id', async () => {
      const [open, done] = [await bench.started(), await ended('completed')];
      const [refund, failed] = [await ended('completed', 'Refund'), await ended('failed', 'Refund', 'OUT_OF_STOCK')];
      const newer = await bench.started({ version: 2, id: 'A%_-17' });
      const retrying = await bench.started({ id: 'A%_-18' }, { head: { status: 'running', retrying: true } });
      expect(await found({ sagas: ['Refund'] })).toEqual(idOf(refund, failed));
      expect(await found({ statuses: ['completed'] })).toEqual(idOf(done, refund));
      expect(await found({ sagas: ['Refund', 'Unknown'], statuses: ['completed', 'running'] })).toEqual(idOf(refund));
      expect(await found({ version: 2 })).toEqual(idOf(newer));
      expect(await found({ errorCode: 'OUT_OF_STOCK' })).toEqual(idOf(failed));
      expect(await found({ retrying: true })).toEqual(idOf(retrying));
      expect(await found({ statuses: ['running'], retrying: false })).toEqual(idOf(open, newer));
      expect(await found({ idPrefix: 'A%_' })).toEqual(idOf(newer, retrying));
      expect(await found({ idPrefix: '%' })).toEqual([]);
      expect(await found({ sagas: [] })).toEqual([]);
    });

    it('filters by when instances began and ended', async () => {
      const one = await ended('completed');
      const { startedAt, closedAt } = (await bench.find(one))!;
      expect(await found({ started: { from: startedAt, to: startedAt + 1 } })).toEqual(idOf(one));
      expect(await found({ started: { to: startedAt } })).toEqual([]);
      expect(await found({ started: { from: startedAt + 1 } })).toEqual([]);
      const open = await bench.started();
      expect(await found({ closed: { from: closedAt!, to: closedAt! + 1 } })).toEqual(idOf(one));
      expect(await found({ closed: { to: closedAt! } })).toEqual([]);
      expect(await found({ closed: {} })).toEqual(idOf(one));
      expect(await found({})).toEqual(idOf(one, open));
    });

    it('has every run of an id', async () => {
      const first = await ended('completed');
      const second = await bench.started({ id: first.start!.id, reuse: true });
      const { instances } = await bench.store.catalogue.list({ idPrefix: first.start!.id }, 10);
      expect(new Set(instances.map(({ key }) => key.run))).toEqual(new Set([first.key.run, second.key.run]));
    });

    it('is empty where nothing is', async () => {
      expect(await bench.store.catalogue.list({}, 10)).toEqual({ instances: [] });
      expect(await bench.store.catalogue.count({})).toEqual({ count: 0, exact: true });
      expect(await bench.store.catalogue.orphans(10)).toEqual({ orphans: [] });
      expect(await bench.store.catalogue.census()).toEqual([]);
    });
  });

  describe('the list of orphans', () => {
    it('S7 has them newest first, by the instance’s id', async () => {
      const start = await ended('completed');
      const letter = messageOf('late');
      await bench.post(start, letter);
      await bench.store.post(1, 'nobody', letter);
      await bench.store.recordOrphan({
        key: start.key,
        id: '0:1',
        reason: 'late-result',
        call: 0,
        attempt: 1,
        payload: 'x',
      });
      const { orphans } = await bench.store.catalogue.orphans(10);
      const payload = { message: letter.id, kind: 'signal', name: 'late', input: ['late'] };
      expect(orphans).toMatchObject([
        { id: start.start!.id, run: start.key.run, reason: 'late-result', call: 0, attempt: 1, payload: 'x' },
        { id: 'nobody', reason: 'unknown-instance', payload },
        { id: start.start!.id, run: start.key.run, reason: 'closed-instance', payload },
      ]);
      expect(orphans[1]).not.toHaveProperty('run');
      expect(orphans[0]!.at).toBeGreaterThan(0);
      const first = await bench.store.catalogue.orphans(2);
      const rest = await bench.store.catalogue.orphans(2, first.next);
      expect([...first.orphans, ...rest.orphans]).toEqual(orphans);
      expect(rest.next).toBeUndefined();
      expect((await bench.store.catalogue.orphans(10, undefined, start.start!.id)).orphans).toHaveLength(2);
    });
  });

  describe('the figures', () => {
    it('W2 tell what is open by saga and status, for how long one has been due, and who lives', async () => {
      const none = await bench.store.catalogue.figures();
      expect(none).toMatchObject({ open: [], overdue: 0, deadLetters: 0, workers: 1 });
      await bench.started();
      await bench.started();
      await ended('incident', 'Refund');
      await ended('completed');
      const open = [
        { saga: 'PlaceOrder', status: 'running', count: 2 },
        { saga: 'Refund', status: 'incident', count: 1 },
      ];
      expect(await bench.store.catalogue.figures()).toEqual({ open, overdue: 0, deadLetters: 0, workers: 1 });
      await bench.started({ owned: false, saga: 'Late' });
      const overdue = async (): Promise<number> => (await bench.store.catalogue.figures()).overdue;
      while ((await overdue()) === 0) bench.under.passTime?.(10);
      await bench.store.leave(bench.worker);
      expect((await bench.store.catalogue.figures()).workers).toBe(0);
    });
  });

  describe('the census', () => {
    it('D8 tells which versions wait, how many of them, and whether anybody has them', async () => {
      await bench.started();
      await bench.started();
      await bench.started({ version: 2 });
      await bench.started({ saga: 'Refund', version: 7 });
      await ended('completed', 'Closed');
      expect(await bench.store.catalogue.census()).toEqual([
        { saga: 'PlaceOrder', version: 1, count: 2, exact: true, hosted: true },
        { saga: 'PlaceOrder', version: 2, count: 1, exact: true, hosted: false },
        { saga: 'Refund', version: 7, count: 1, exact: true, hosted: false },
      ]);
    });

    it('D8 does not count on workers that are gone or dead', async () => {
      await bench.started({ owned: false });
      await bench.started({ owned: false, version: 2 });
      const versions = [{ saga: 'PlaceOrder', version: 2 }];
      await bench.store.heartbeat('5b1f9b43-9d52-4f3c-8f4e-0d5f0a1b2c3d', 1, versions);
      await bench.store.leave(bench.worker);
      bench.under.passTime?.(10);
      const hosted = async (): Promise<boolean[]> =>
        (await bench.store.catalogue.census()).map((entry) => entry.hosted);
      while ((await hosted()).includes(true)) bench.under.passTime?.(10);
      const other = await bench.newWorker();
      expect(await hosted()).toEqual([true, false]);
      await bench.store.heartbeat(other, 600_000, [...HOSTED, ...versions]);
      expect(await hosted()).toEqual([true, true]);
    });
  });
}
