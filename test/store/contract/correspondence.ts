import { randomUUID } from 'node:crypto';
import type { OutgoingMessage, Reply, TurnAppend } from 'reprise/core';
import { messageOf, startOf, turnOf } from './sample-turns.js';
import { type StoreBench } from './store-bench.js';

export function describeCorrespondence(bench: StoreBench): void {
  const accepted: Reply = { stage: 'accepted' };
  const completed = (result: string): Reply => ({ stage: 'completed', result });

  async function replyTo(start: TurnAppend, message: string): Promise<Reply | undefined> {
    const { shard } = start.key;
    const [found] = await bench.store.replies([{ shard, id: start.start!.id, message }]);
    return found?.reply;
  }
  function letterTo(receiver: TurnAppend): OutgoingMessage {
    return { to: { shard: receiver.key.shard, id: receiver.start!.id }, message: messageOf('hello') };
  }

  describe('replies', () => {
    it('M3 are there with the turn that answers, and the last word holds', async () => {
      const start = await bench.started();
      expect(await replyTo(start, 'k')).toBeUndefined();
      await bench.store.append(bench.worker, [turnOf(start, 1, { replies: [{ message: 'k', reply: accepted }] })]);
      expect(await replyTo(start, 'k')).toEqual(accepted);
      const answer = completed('\u0000 \ud800 💶');
      await bench.store.append(bench.worker, [turnOf(start, 2, { replies: [{ message: 'k', reply: answer }] })]);
      expect(await replyTo(start, 'k')).toEqual(answer);
    });

    it('M3 are not there when the turn was refused or is a repetition', async () => {
      const start = await bench.started();
      const replies = [{ message: 'k', reply: accepted }];
      const stranger = await bench.newWorker();
      expect(await bench.store.append(stranger, [turnOf(start, 1, { replies })])).toEqual(['refused']);
      expect(await bench.store.append(bench.worker, [turnOf(start, 7, { replies })])).toEqual(['refused']);
      expect(await replyTo(start, 'k')).toBeUndefined();
      await bench.store.append(bench.worker, [turnOf(start, 1, { replies })]);
      const other = [{ message: 'k', reply: completed('another') }];
      expect(await bench.store.append(bench.worker, [turnOf(start, 1, { replies: other })])).toEqual(['repeated']);
      expect(await replyTo(start, 'k')).toEqual(accepted);
    });

    it('M3 are found for many addresses in one call, each with its own, and without those that have none', async () => {
      const starts = [await bench.started(), await bench.started(), await bench.started()];
      const turns = starts.map((start, i) =>
        turnOf(start, 1, {
          replies: [
            { message: 'a', reply: completed(`a ${i}`) },
            { message: 'b', reply: completed(`b ${i}`) },
          ],
        }),
      );
      expect(await bench.store.append(bench.worker, turns)).toEqual(['appended', 'appended', 'appended']);
      const asked = starts.flatMap(({ key: { shard }, start }) =>
        ['a', 'nobody', 'b'].map((message) => ({ shard, id: start!.id, message })),
      );
      const found = await bench.store.replies(asked);
      expect(new Map(found.map(({ id, message, reply }) => [`${id} ${message}`, reply]))).toEqual(
        new Map(
          starts.flatMap(({ start }, i) =>
            ['a', 'b'].map((name) => [`${start!.id} ${name}`, completed(`${name} ${i}`)]),
          ),
        ),
      );
      expect(await bench.store.replies([])).toEqual([]);
    });

    it('M3 tell the senders of updates that are left at the end, and nobody else', async () => {
      const start = await bench.started();
      const [update, signal] = [messageOf('add', 'update'), messageOf('add')];
      for (const message of [update, signal]) await bench.post(start, message);
      await bench.store.append(bench.worker, [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]);
      expect(await replyTo(start, update.id)).toMatchObject({ stage: 'refused', error: { code: 'INSTANCE_CLOSED' } });
      expect(await replyTo(start, signal.id)).toBeUndefined();
    });

    it('M3 stay what they were when an update that was answered was sent again and is left at the end', async () => {
      const start = await bench.started();
      const update = messageOf('add', 'update');
      const replies = [{ message: update.id, reply: completed('done') }];
      await bench.store.append(bench.worker, [turnOf(start, 1, { replies })]);
      await bench.post(start, update);
      await bench.store.append(bench.worker, [turnOf(start, 2, { head: { status: 'completed', retrying: false } })]);
      expect(await replyTo(start, update.id)).toEqual(completed('done'));
    });
  });

  describe('old replies', () => {
    it('are removed in batches, and young ones are kept', async () => {
      const start = await bench.started();
      const replies = ['a', 'b', 'c'].map((message) => ({ message, reply: completed(message) }));
      await bench.store.append(bench.worker, [turnOf(start, 1, { replies })]);
      expect(await bench.store.catalogue.sweepReplies(600_000, 10)).toBe(0);
      bench.under.passTime?.(10);
      expect(await bench.store.catalogue.sweepReplies(0, 2)).toBe(2);
      expect(await bench.store.catalogue.sweepReplies(0, 2)).toBe(1);
      for (const { message } of replies) expect(await replyTo(start, message)).toBeUndefined();
    });
  });

  describe('messages between instances', () => {
    it('M1 are unsent from the turn on until they are relayed', async () => {
      const [sender, receiver] = [await bench.started(), await bench.started()];
      const outgoing = [letterTo(receiver), letterTo(receiver), letterTo(receiver)];
      await bench.store.append(bench.worker, [turnOf(sender, 1, { outgoing })]);
      expect(await bench.store.unsent(600_000, 10)).toEqual([]);
      expect(await bench.store.unsent(0, 2)).toHaveLength(2);
      const unsent = await bench.store.unsent(0, 10);
      expect(new Set(unsent)).toEqual(new Set(outgoing.map((letter) => ({ ...letter, from: sender.key }))));
      const [first, ...others] = unsent;
      await bench.store.relayed([first!]);
      expect(new Set(await bench.store.unsent(0, 10))).toEqual(new Set(others));
      await bench.store.relayed([first!, ...others]);
      await bench.store.relayed([]);
      expect(await bench.store.unsent(0, 10)).toEqual([]);
    });

    it('M1 do not leave with a turn that was refused', async () => {
      const sender = await bench.started();
      const outgoing = [letterTo(sender)];
      const stranger = await bench.newWorker();
      expect(await bench.store.append(stranger, [turnOf(sender, 1, { outgoing })])).toEqual(['refused']);
      expect(await bench.store.append(bench.worker, [turnOf(sender, 5, { outgoing })])).toEqual(['refused']);
      expect(await bench.store.unsent(0, 10)).toEqual([]);
    });

    it('M1 leave also with the first turn', async () => {
      const receiver = startOf();
      const sender = await bench.started({}, { outgoing: [letterTo(receiver)] });
      expect(await bench.store.unsent(0, 10)).toMatchObject([{ from: sender.key, to: { id: receiver.start!.id } }]);
    });
  });

  describe('undo', () => {
    it('C6 reopens what has completed, and whoever claims it finds the message and can end it again', async () => {
      const start = await bench.started({}, { head: { status: 'completed', retrying: false } });
      const undo = messageOf('undo', 'undo');
      expect(await bench.post(start, undo)).toBe('accepted');
      const reopened = await bench.find(start);
      expect(reopened).toMatchObject({ key: start.key, status: 'compensating' });
      expect(reopened!.closedAt).toBeUndefined();
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      expect(claimed!.summary.key).toEqual(start.key);
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: [undo] }]);
      const head = { status: 'compensated' as const, retrying: false };
      expect(await bench.store.append(bench.worker, [turnOf(start, 1, { consumed: [undo.id], head })])).toEqual([
        'appended',
      ]);
      expect(await bench.find(start)).toMatchObject({ status: 'compensated', closedAt: expect.any(Number) });
    });

    it('C6 counts the mail of what it reopens', async () => {
      const start = await bench.started();
      for (const name of ['a', 'b']) await bench.post(start, messageOf(name));
      await bench.store.append(bench.worker, [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]);
      const undo = messageOf('undo', 'undo');
      await bench.post(start, undo);
      await bench.eventuallyClaims(bench.worker);
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: [undo] }]);
      const release = { wakeAfter: null };
      await bench.store.append(bench.worker, [turnOf(start, 2, { consumed: [undo.id], release })]);
      bench.under.passTime?.(10);
      expect(await bench.store.claim(bench.worker, 10, [{ saga: 'PlaceOrder', version: 1 }])).toEqual([]);
    });

    it.each(['failed', 'compensated', 'cancelled'] as const)('C6 finds one that is %s closed', async (status) => {
      const start = await bench.started({}, { head: { status, retrying: false } });
      expect(await bench.post(start, messageOf('undo', 'undo'))).toBe('closed');
      expect(await bench.find(start)).toMatchObject({ status });
      expect(await bench.store.post(3, randomUUID(), messageOf('undo', 'undo'))).toBe('unknown');
    });
  });
}
