import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CallerStore, CallerTransaction, HistoryStore } from 'reprise/core';
import { messageOf, startOf } from './sample-turns.js';
import { HOSTED, LONG } from './store-bench.js';

/** A transaction of an application. */
export interface OpenTransaction {
  readonly manager: CallerTransaction;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface CallerStoreUnderTest {
  readonly store: HistoryStore;
  begin(): Promise<OpenTransaction>;
  readonly dispose: () => Promise<void>;
}

/** The promises of `HistoryStore.within`. `create` is called once per test. */
export function describeCallerTransactions(name: string, create: () => Promise<CallerStoreUnderTest>): void {
  describe(`a caller's transaction: ${name}`, () => {
    let under: CallerStoreUnderTest;
    let transaction: OpenTransaction;
    let inside: CallerStore;
    let worker: string;
    beforeEach(async () => {
      under = await create();
      transaction = await under.begin();
      inside = under.store.within(transaction.manager);
      worker = randomUUID();
      await under.store.heartbeat(worker, LONG, HOSTED);
    });
    afterEach(() => under.dispose());

    const claimed = async (): Promise<string[]> => {
      for (let tries = 0; tries < 500; tries++) {
        const found = await under.store.claim(worker, 10, HOSTED);
        if (found.length > 0) return found.map(({ summary }) => summary.id);
        await pause(2);
      }
      throw new Error('nothing became due');
    };

    it('S9 starts an instance that is seen and claimed after the commit, not before', async () => {
      const start = startOf({ owned: false });
      const { id } = start.start!;
      expect(await inside.start(start)).toBe('appended');
      expect(await under.store.find(start.key.shard, id)).toBeUndefined();
      expect(await under.store.claim(worker, 10, HOSTED)).toEqual([]);
      expect(await inside.find(start.key.shard, id)).toMatchObject({ id, key: start.key, status: 'running' });
      await transaction.commit();
      expect(await under.store.find(start.key.shard, id)).toMatchObject({ id, key: start.key, status: 'running' });
      expect(await claimed()).toEqual([id]);
      expect(await under.store.history(start.key)).toEqual([start.turn]);
    });

    it('S9 leaves nothing when the transaction rolls back', async () => {
      const start = startOf({ owned: false });
      await inside.start(start);
      await transaction.rollback();
      expect(await under.store.find(start.key.shard, start.start!.id)).toBeUndefined();
      expect(await under.store.history(start.key)).toEqual([]);
      expect(await under.store.append(undefined, [start])).toEqual(['appended']);
    });

    it('I1 refuses a second start of an id, from inside and from outside', async () => {
      const before = startOf({ owned: false });
      await under.store.append(undefined, [before]);
      expect(await inside.start(startOf({ id: before.start!.id, owned: false }))).toBe('duplicate');
      const first = startOf({ owned: false });
      expect(await inside.start(first)).toBe('appended');
      expect(await inside.start(startOf({ id: first.start!.id, owned: false }))).toBe('duplicate');
      await transaction.commit();
      expect((await under.store.find(first.key.shard, first.start!.id))?.key).toEqual(first.key);
    });

    it('I1 takes the id of a run that has ended only where reuse says so', async () => {
      const ended = startOf({}, { head: { status: 'completed', retrying: false } });
      await under.store.append(worker, [ended]);
      const { id } = ended.start!;
      expect(await inside.start(startOf({ id, owned: false }))).toBe('duplicate');
      const next = startOf({ id, owned: false, reuse: true });
      expect(await inside.start(next)).toBe('appended');
      await transaction.commit();
      expect((await under.store.find(next.key.shard, id))?.key).toEqual(next.key);
    });

    it('S9 delivers a message after the commit, not before', async () => {
      const start = startOf();
      await under.store.append(worker, [start]);
      expect(await inside.post(start.key.shard, start.start!.id, messageOf('hello'))).toBe('accepted');
      expect(await under.store.unread(worker)).toEqual([]);
      await transaction.commit();
      const [box] = await under.store.unread(worker);
      expect(box).toMatchObject({ key: start.key, messages: [{ name: 'hello' }] });
    });

    it('M6 publishes an event after the commit, not before, and not when the transaction rolls back', async () => {
      const cue = {
        id: randomUUID(),
        event: 'order.placed',
        key: 'a',
        payload: { orderId: 'o1' },
        at: 1,
        marks: ['m'],
      };
      const published = { ...cue, flow: 'f', causation: 'c', correlation: 'a' };
      const take = async () =>
        (await under.store.cues.take([{ subscriber: 'instances', room: 10 }], 1)).map((taken) => taken.cue);
      const other = await under.begin();
      await under.store.within(other.manager).publish([{ ...published, id: randomUUID() }]);
      await other.rollback();
      await inside.publish([published]);
      expect(await take()).toEqual([]);
      await transaction.commit();
      expect(await take()).toEqual([published]);
    });

    it('S9 sends no message when the transaction rolls back', async () => {
      const start = startOf();
      await under.store.append(worker, [start]);
      await inside.post(start.key.shard, start.start!.id, messageOf('hello'));
      await transaction.rollback();
      expect(await under.store.unread(worker)).toEqual([]);
    });

    it('M1 delivers once what is sent twice under one key', async () => {
      const start = startOf();
      await under.store.append(worker, [start]);
      const message = messageOf('paid');
      for (const _ of [1, 2]) expect(await inside.post(start.key.shard, start.start!.id, message)).toBe('accepted');
      await transaction.commit();
      expect((await under.store.unread(worker))[0]?.messages).toHaveLength(1);
    });

    it('M1 takes a message for an instance that this very transaction starts', async () => {
      const start = startOf({ owned: false });
      await inside.start(start);
      expect(await inside.post(start.key.shard, start.start!.id, messageOf('early'))).toBe('accepted');
      await transaction.commit();
      await claimed();
      expect((await under.store.unread(worker))[0]?.messages).toMatchObject([{ name: 'early' }]);
    });

    it('M1 says when there is nobody to take a message', async () => {
      expect(await inside.post(3, 'nobody', messageOf('lost'))).toBe('unknown');
      const ended = startOf({}, { head: { status: 'completed', retrying: false } });
      await under.store.append(worker, [ended]);
      expect(await inside.post(ended.key.shard, ended.start!.id, messageOf('late'))).toBe('closed');
    });

    it('S9 refuses a transaction that has ended, and what is none', async () => {
      await transaction.commit();
      const refused = expect.objectContaining({ code: 'NOT_IN_TRANSACTION' });
      expect(() => under.store.within(transaction.manager)).toThrow(refused);
      expect(() => under.store.within({})).toThrow(refused);
    });
  });
}
