import { randomUUID } from 'node:crypto';
import { encodeTag, shardOf, type ForkedRun, type Message, type StartRecord, type Turn } from 'reprise/core';
import { messageOf, startOf, turnOf } from './sample-turns.js';
import { type StoreBench } from './store-bench.js';

export function describeSuccessors(bench: StoreBench): void {
  function firstTurn(version = 1): Turn {
    return { at: 7, events: [{ type: 'SagaStarted', saga: 'PlaceOrder', version, engine: 1, input: 'again' }] };
  }
  const byCustomer = (customer: string) =>
    bench.store.catalogue.list({ tags: [{ name: 'customer', equals: encodeTag('', customer) }] }, 9);

  describe('continue as new', () => {
    it('I1 closes the run as continued and begins the next under the same id, with tags and mail', async () => {
      const tags = { customer: randomUUID() };
      const start = await bench.started({ tags });
      const messages = [messageOf('a'), messageOf('b')];
      for (const message of messages) await bench.post(start, message);
      const run = randomUUID();
      expect(await bench.store.succeed(bench.worker, start.key, { run, version: 1, turn: firstTurn() })).toBe(
        'succeeded',
      );
      const key = { shard: start.key.shard, run };
      expect(await bench.find(start)).toMatchObject({ key, id: start.start!.id, status: 'running', tags });
      expect(await bench.store.history(key)).toEqual([firstTurn()]);
      const { instances } = await byCustomer(tags.customer);
      expect(new Map(instances.map((found) => [found.key.run, found.status]))).toEqual(
        new Map([
          [start.key.run, 'continued'],
          [run, 'running'],
        ]),
      );
      expect(await bench.store.append(bench.worker, [turnOf(start, 1)])).toEqual(['refused']);
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      expect(claimed).toMatchObject({ summary: { key }, turns: [firstTurn()] });
      expect(await bench.store.unread(bench.worker)).toEqual([{ key, messages }]);
      const consumed = messages.map(({ id }) => id);
      await bench.store.append(bench.worker, [
        turnOf({ ...start, key }, 1, { consumed, release: { wakeAfter: null } }),
      ]);
      expect(await bench.store.claim(bench.worker, 10, [{ saga: 'PlaceOrder', version: 1 }])).toEqual([]);
    });

    it('W2 is refused without ownership, and changes nothing', async () => {
      const start = await bench.started();
      const stranger = await bench.newWorker();
      const successor = { run: randomUUID(), version: 1, turn: firstTurn() };
      expect(await bench.store.succeed(stranger, start.key, successor)).toBe('refused');
      expect(await bench.find(start)).toMatchObject({ key: start.key, status: 'running' });
      expect(await bench.store.append(bench.worker, [turnOf(start, 1)])).toEqual(['appended']);
    });

    it('M1 never loses a message that comes meanwhile', async () => {
      let start = await bench.started();
      let expected: Message[] = [];
      for (let round = 0; round < 60; round++) {
        const message = messageOf(`round ${round}`);
        const run = randomUUID();
        const successor = { run, version: 1, turn: firstTurn() };
        const [outcome, posted] = await Promise.all([
          bench.store.succeed(bench.worker, start.key, successor),
          bench.under.another.post(start.key.shard, start.start!.id, message),
        ]);
        expect([outcome, posted]).toEqual(['succeeded', 'accepted']);
        start = { ...start, key: { shard: start.key.shard, run } };
        const [claimed] = await bench.eventuallyClaims(bench.worker);
        expect(claimed!.summary.key).toEqual(start.key);
        expected = [...expected, message];
        expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: expected }]);
        if (round % 3 === 0) {
          const consumed = expected.map(({ id }) => id);
          expect(await bench.store.append(bench.worker, [turnOf(start, 1, { consumed })])).toEqual(['appended']);
          expected = [];
        }
      }
    });
  });

  describe('a fork', () => {
    function forkOf(options: Partial<StartRecord> = {}): ForkedRun {
      const { start, key, turn } = startOf({ owned: false, ...options });
      return { run: key.run, start: start!, turns: [turn, firstTurn()] };
    }

    it('begins with the turns of another, due at once, and the catalogue finds its tags', async () => {
      const customer = randomUUID();
      const copy = forkOf({ tags: { customer } });
      expect(await bench.store.fork(copy)).toBe('forked');
      const key = { shard: shardOf(copy.start.id), run: copy.run };
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      expect(claimed).toMatchObject({ summary: { key, tags: { customer }, status: 'running' }, turns: copy.turns });
      expect((await byCustomer(customer)).instances.map((found) => found.key)).toEqual([key]);
    });

    it('I1 is a duplicate of an open instance, and of an ended one unless its id may be used again', async () => {
      const open = await bench.started();
      expect(await bench.store.fork(forkOf({ id: open.start!.id, reuse: true }))).toBe('duplicate');
      const ended = await bench.started({}, { head: { status: 'failed', retrying: false } });
      expect(await bench.store.fork(forkOf({ id: ended.start!.id }))).toBe('duplicate');
      const again = forkOf({ id: ended.start!.id, reuse: true });
      expect(await bench.store.fork(again)).toBe('forked');
      expect((await bench.find(ended))!.key.run).toBe(again.run);
    });

    it('I1 takes the place of the run it replaces, and of no other', async () => {
      const ended = await bench.started({}, { head: { status: 'failed', retrying: false } });
      const { id } = ended.start!;
      const replacing = (replaces: string): ForkedRun => ({ ...forkOf({ id, reuse: true }), replaces });
      expect(await bench.store.fork(replacing(randomUUID()))).toBe('duplicate');
      const both = [replacing(ended.key.run), replacing(ended.key.run)];
      const outcomes = await Promise.all(both.map((copy) => bench.store.fork(copy)));
      expect(outcomes.toSorted()).toEqual(['duplicate', 'forked']);
      expect((await bench.find(ended))!.key.run).toBe(both[outcomes.indexOf('forked')]!.run);
      expect(await bench.store.fork(replacing(ended.key.run))).toBe('duplicate');
      const unknown = { ...forkOf({ reuse: true }), replaces: randomUUID() };
      expect(await bench.store.fork(unknown)).toBe('duplicate');
      expect(await bench.store.history(ended.key)).toEqual([ended.turn]);
    });
  });
}
