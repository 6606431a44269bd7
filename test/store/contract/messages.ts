import { type Message } from 'reprise/core';
import { HOSTED, LONG, type StoreBench } from './store-bench.js';
import { messageOf, startOf, turnOf } from './sample-turns.js';

export function describeMessages(bench: StoreBench): void {
  describe('messages', () => {
    it('M1 keeps messages in order until a turn takes them in', async () => {
      const start = await bench.started();
      const messages = Array.from({ length: 5 }, (_, i) => messageOf(`note ${i}`));
      for (const message of messages) expect(await bench.post(start, message)).toBe('accepted');
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages }]);
      expect(await bench.store.unread(bench.worker)).toHaveLength(1);
      await bench.store.append(bench.worker, [
        turnOf(start, 1, { consumed: messages.slice(0, 3).map(({ id }) => id) }),
      ]);
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: messages.slice(3) }]);
      await bench.store.append(bench.worker, [turnOf(start, 2, { consumed: messages.slice(3).map(({ id }) => id) })]);
      expect(await bench.store.unread(bench.worker)).toEqual([]);
    });

    it('M1 takes messages out only with a turn that is written', async () => {
      const start = await bench.started();
      const message = messageOf('approve');
      await bench.post(start, message);
      const stranger = await bench.newWorker();
      const consumed = [message.id];
      expect(await bench.store.append(stranger, [turnOf(start, 1, { consumed })])).toEqual(['refused']);
      expect(await bench.store.append(bench.worker, [turnOf(start, 7, { consumed })])).toEqual(['refused']);
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: [message] }]);
      const taken = turnOf(start, 1, { consumed });
      expect(await bench.store.append(bench.worker, [taken])).toEqual(['appended']);
      expect(await bench.store.append(bench.worker, [taken])).toEqual(['repeated']);
      expect(await bench.store.unread(bench.worker)).toEqual([]);
    });

    it('M1 keeps a message once while it is unread', async () => {
      const start = await bench.started();
      const message = messageOf('approve');
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 ? bench.under.another : bench.store).post(start.key.shard, start.start!.id, message),
        ),
      );
      expect(new Set(outcomes)).toEqual(new Set(['accepted']));
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: [message] }]);
      await bench.store.append(bench.worker, [
        turnOf(start, 1, { consumed: [message.id], release: { wakeAfter: null } }),
      ]);
      expect(await bench.store.claim(bench.worker, 10, HOSTED)).toEqual([]);
    });

    it('M1 wakes an instance that waits for a message', async () => {
      const start = await bench.started();
      await bench.store.append(bench.worker, [turnOf(start, 1, { release: { wakeAfter: null } })]);
      const message = messageOf('approve', 'cancel');
      await bench.post(start, message);
      const [claimed] = await bench.eventuallyClaims(bench.worker);
      expect(claimed!.summary.key).toEqual(start.key);
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: [message] }]);
    });

    it('M1 keeps an instance due that is given back with unread messages', async () => {
      const [withTurn, without] = [await bench.started(), await bench.started()];
      await bench.post(withTurn, messageOf('a'));
      await bench.post(without, messageOf('b'));
      await bench.store.append(bench.worker, [turnOf(withTurn, 1, { release: { wakeAfter: LONG } })]);
      await bench.store.release(bench.worker, [{ key: without.key, wakeAfter: null }]);
      expect(await bench.store.claim(bench.worker, 10, HOSTED)).toHaveLength(2);
      expect(await bench.store.unread(bench.worker)).toHaveLength(2);
    });

    it('M1 never loses a message that comes while the instance is given back', async () => {
      const start = await bench.started();
      let seq = 1;
      for (let round = 0; round < 60; round++) {
        const message = messageOf(`round ${round}`);
        const release = { wakeAfter: null };
        const giveBack = async (): Promise<void> => {
          if (round % 2) await bench.store.release(bench.worker, [{ key: start.key, ...release }]);
          else
            expect(await bench.store.append(bench.worker, [turnOf(start, seq++, { release })])).toEqual(['appended']);
        };
        await Promise.all([giveBack(), bench.under.another.post(start.key.shard, start.start!.id, message)]);
        const [claimed] = await bench.eventuallyClaims(bench.worker);
        expect(claimed!.summary.key).toEqual(start.key);
        expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: [message] }]);
        await bench.store.append(bench.worker, [turnOf(start, seq++, { consumed: [message.id] })]);
      }
    });

    it('M1 never loses a message that comes while another is taken in', async () => {
      const start = await bench.started();
      let expected: Message[] = [];
      for (let seq = 1; seq <= 60; seq++) {
        const message = messageOf(`seq ${seq}`);
        const consumed = expected.map(({ id }) => id);
        await Promise.all([
          bench.store.append(bench.worker, [turnOf(start, seq, { consumed })]),
          bench.under.another.post(start.key.shard, start.start!.id, message),
        ]);
        expected = [message];
        expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: expected }]);
      }
    });

    it('S7 says "closed" or "unknown" to a message that nobody can take', async () => {
      const start = await bench.started({}, { head: { status: 'completed', retrying: false } });
      expect(await bench.post(start, messageOf('late'))).toBe('closed');
      expect(await bench.post(startOf(), messageOf('lost'))).toBe('unknown');
    });

    it('keeps every character of a message', async () => {
      const start = await bench.started();
      const message = { ...messageOf('approve'), input: ['\u0000', '\ud800', { '💶': null }] };
      await bench.post(start, message);
      expect(await bench.store.unread(bench.worker)).toEqual([{ key: start.key, messages: [message] }]);
    });
  });
}
