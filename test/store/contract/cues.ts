import { randomUUID } from 'node:crypto';
import {
  cueMarks,
  shardOf,
  type Cue,
  type CueDelivery,
  type CueWait,
  type Json,
  type OutgoingMessage,
} from 'reprise/core';
import { turnOf } from './sample-turns.js';
import { LONG, type StoreBench } from './store-bench.js';

const EVENT = 'order.placed';
const error = { name: 'Error', message: 'down', code: 'DOWN' };

export function describeCues(bench: StoreBench): void {
  const [mail, ship] = ['service mail', 'service ship'];
  const cueOf = (key: string, payload: Json = { orderId: key }, event = EVENT): Cue => {
    const id = randomUUID();
    const links = { flow: `flow of ${key}`, causation: id, correlation: key };
    return { id, event, key, payload, at: 1_700_000_000_000, marks: cueMarks(event, payload), ...links };
  };
  const cues = () => bench.store.cues;
  const hear = () =>
    cues().subscribe([
      { name: mail, events: [EVENT, 'other'] },
      { name: ship, events: [EVENT] },
    ]);
  const take = (subscriber: string, room = 10, lease = LONG): Promise<CueDelivery[]> =>
    cues().take([{ subscriber, room }], lease);
  const idsOf = (taken: readonly CueDelivery[]): string[] => taken.map(({ cue }) => cue.id);
  const delivered = ({ subscriber, cue, attempt }: CueDelivery) =>
    cues().settle([{ subscriber, cue: cue.id, attempt, result: { outcome: 'delivered' } }]);
  const pass = async (): Promise<void> => {
    bench.under.passTime?.(10);
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const waitFor = async (where: Json, except: string[] = []): Promise<CueWait> => {
    const { key, start } = await bench.started();
    return { key, id: start!.id, call: 3, event: EVENT, marks: cueMarks(EVENT, where), except };
  };

  describe('cues', () => {
    it('M6 go to everybody who hears them, once, with all that they are', async () => {
      await hear();
      const payload = { orderId: '\u0000 \ud800 💶', at: { $t: 'd', v: '2026-01-01T00:00:00.000Z' }, lines: [1, null] };
      const cue = cueOf('a', payload);
      await cues().publish([cue]);
      await bench.under.another.cues.publish([{ ...cue, payload: 'another' }]);
      for (const subscriber of [mail, ship, 'instances']) {
        const [taken, ...others] = await take(subscriber);
        expect(others).toEqual([]);
        expect(taken).toEqual({ cue, subscriber, attempt: 1, age: expect.any(Number), alone: false });
        await delivered(taken!);
        expect(await take(subscriber)).toEqual([]);
      }
      await cues().publish([cue]);
      expect(await take(mail)).toEqual([]);
    });

    it('M6 leave with the turn that emitted them, in the order of its calls', async () => {
      await hear();
      const sender = await bench.started();
      const emitted = Array.from({ length: 12 }, (_, call): [OutgoingMessage, Cue] => {
        const cue = { ...cueOf('a'), id: `${sender.key.run}:${call}` };
        const { id, event, key, payload, ...links } = cue;
        return [
          {
            to: { shard: shardOf(key), id: key },
            message: { id, kind: 'emit', name: event, input: [payload, links as unknown as Json] },
          },
          cue,
        ];
      });
      const outgoing = emitted.map(([message]) => message);
      await bench.store.append(bench.worker, [turnOf(sender, 1, { outgoing: outgoing.slice(0, 6) })]);
      await bench.store.append(bench.worker, [turnOf(sender, 2, { outgoing: outgoing.slice(6).reverse() })]);
      expect(await take(mail)).toEqual([]);
      expect(await bench.store.unsent(0, 100)).toHaveLength(12);
      await Promise.all([cues().collect(sender.key), bench.under.another.cues.collect(sender.key)]);
      expect(await bench.store.unsent(0, 100)).toEqual([]);
      const got: Cue[] = [];
      for (let [next] = await take(mail); next; [next] = await take(mail)) {
        got.push(next.cue);
        await delivered(next);
      }
      expect(got).toEqual(emitted.map(([, cue]) => cue));
    });

    it('M6 of one key are taken one after the other, and those of others beside them', async () => {
      await hear();
      const [a1, a2, b1, a3] = [cueOf('a'), cueOf('a'), cueOf('b'), cueOf('a')];
      await cues().publish([a1, a2, b1, a3]);
      const first = await take(mail);
      expect(idsOf(first)).toEqual([a1.id, b1.id]);
      expect(await take(mail)).toEqual([]);
      expect(idsOf(await take(ship))).toEqual([a1.id, b1.id]);
      await delivered(first[0]!);
      expect(idsOf(await take(mail))).toEqual([a2.id]);
    });

    it('M6 are taken by one courier each, however many take at once, and no more than there is room for', async () => {
      await hear();
      await cues().publish(Array.from({ length: 40 }, (_, i) => cueOf(`${i}`)));
      const rooms = [{ subscriber: mail, room: 8 }];
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? cues() : bench.under.another.cues).take(rooms, LONG)),
      );
      for (const some of taken) expect(some.length).toBeLessThanOrEqual(8);
      const rest: CueDelivery[] = [];
      for (let some = await take(mail, 8); some.length > 0; some = await take(mail, 8)) rest.push(...some);
      const ids = idsOf([...taken.flat(), ...rest]);
      expect(ids).toHaveLength(40);
      expect(new Set(ids).size).toBe(40);
    });

    it('M6 are due again after a failure, and when whoever took them fell silent', async () => {
      await hear();
      const cue = cueOf('a');
      await cues().publish([cue]);
      const [first] = await take(mail);
      const failed = {
        subscriber: mail,
        cue: cue.id,
        attempt: 1,
        result: { outcome: 'retry', after: 0, error },
      } as const;
      await cues().settle([failed]);
      await pass();
      expect(await take(mail, 1, 0)).toMatchObject([{ attempt: 2 }]);
      await pass();
      expect(await take(mail)).toMatchObject([{ attempt: 3 }]);
      // Word of an attempt that somebody else has taken over.
      await cues().settle([{ ...failed, attempt: 2 }]);
      await pass();
      expect(await take(mail)).toEqual([]);
      await delivered(first!);
      expect(await cues().deadLetters(10)).toEqual([]);
      await cues().settle([{ ...failed, attempt: 3, result: { outcome: 'dead', error } }]);
      expect(await cues().deadLetters(10)).toEqual([]);
    });

    it('M6 that are given up are dead letters until they are delivered after all or dropped, and hold up nobody', async () => {
      await hear();
      const [a1, a2, b1] = [cueOf('a'), cueOf('a'), cueOf('b')];
      await cues().publish([a1, a2, b1]);
      const dead = (taken: CueDelivery) =>
        cues().settle([{ subscriber: mail, cue: taken.cue.id, attempt: 1, result: { outcome: 'dead', error } }]);
      for (const taken of await take(mail)) {
        await dead(taken);
        await pass();
      }
      expect(await cues().deadLetters(10)).toEqual([
        { cue: a1, subscriber: mail, attempts: 1, at: expect.any(Number), error },
        { cue: b1, subscriber: mail, attempts: 1, at: expect.any(Number), error },
      ]);
      expect(await cues().deadLetters(1)).toHaveLength(1);
      expect(idsOf(await take(mail))).toEqual([a2.id]);
      expect(await cues().redeliver(a1.id, ship)).toBe(false);
      expect(await cues().redeliver(a1.id, mail)).toBe(true);
      expect(await take(mail)).toMatchObject([{ cue: a1, attempt: 1 }]);
      expect(await cues().discard(mail, b1.id)).toBe(1);
      expect(await cues().discard(mail, a2.id)).toBe(0);
      expect(await cues().deadLetters(10)).toEqual([]);
    });

    it('M6 come to those who hear the event when it is published, and to a subscriber that is dropped no more', async () => {
      await hear();
      await cues().publish([cueOf('a')]);
      await cues().subscribe([{ name: mail, events: ['other'] }]);
      const [second, other] = [cueOf('b'), cueOf('c', {}, 'other')];
      await cues().publish([second, other]);
      expect((await take(mail)).map(({ cue }) => cue.key)).toEqual(['a', 'c']);
      expect((await take(ship)).map(({ cue }) => cue.key)).toEqual(['a', 'b']);
      expect(await cues().discard(ship)).toBe(2);
      await cues().publish([cueOf('d')]);
      expect(await take(ship)).toEqual([]);
      expect((await take('instances')).map(({ alone }) => alone)).toEqual([false, true, false, true]);
    });

    it('M6 are found by those who wait, before and after, by every field that is looked for', async () => {
      const wait = await waitFor({ orderId: 'o1', paid: true });
      const others = [cueOf('x', { orderId: 'o1', paid: false }), cueOf('y', { orderId: 'o2', paid: true })];
      const [first, second] = [
        cueOf('z', { paid: true, orderId: 'o1', more: 1 }),
        cueOf('z', { orderId: 'o1', paid: true }),
      ];
      await cues().publish(others);
      expect(await cues().await(wait)).toBeUndefined();
      await cues().publish([first, second]);
      expect(await cues().waiting(first)).toEqual([wait]);
      expect(await cues().waiting(others[0]!)).toEqual([]);
      expect(await cues().waiting({ ...first, event: 'other' })).toEqual([]);
      expect(await cues().await(wait)).toEqual(first);
      const again = { ...wait, except: [first.id] };
      expect(await cues().await(again)).toEqual(second);
      expect(await cues().waiting(first)).toEqual([]);
      expect(await cues().waiting(second)).toEqual([again]);
      await cues().forget([again]);
      await cues().forget([]);
      expect(await cues().waiting(second)).toEqual([]);
    });

    it('M6 can be traced to each subscriber, from the run that emitted them to their acknowledgement', async () => {
      await hear();
      const { key } = await bench.started();
      const cue = cueOf('a');
      const trace = async () => cues().traces(key, [cue.id]);
      const traceOf = async (subscriber: string) => (await trace()).find((one) => one.subscriber === subscriber);
      expect(await trace()).toEqual([]);
      await cues().publish([cue]);
      expect((await trace()).map(({ subscriber, state, attempts }) => [subscriber, state, attempts])).toEqual(
        ['instances', mail, ship].map((subscriber) => [subscriber, 'pending', 0]),
      );
      const [first] = await take(mail);
      const taken = await traceOf(mail);
      expect(taken).toMatchObject({ attempts: 1, sentAt: expect.any(Number), dueAt: expect.any(Number) });
      await cues().settle([
        { subscriber: mail, cue: cue.id, attempt: first!.attempt, result: { outcome: 'retry', after: 0, error } },
      ]);
      expect(await traceOf(mail)).toMatchObject({ state: 'pending', error });
      await pass();
      const [second] = await take(mail);
      // As long as somebody tries it, it has not failed; it was sent when it was sent first.
      expect(await traceOf(mail)).toMatchObject({ attempts: 2, sentAt: taken!.sentAt });
      expect(await traceOf(mail)).not.toHaveProperty('error');
      const times = { received: 1_700_000_000_001, handled: 1_700_000_000_002 };
      await cues().settle([
        { subscriber: mail, cue: cue.id, attempt: second!.attempt, result: { outcome: 'delivered', times } },
      ]);
      expect(await traceOf(mail)).toEqual({
        cue: cue.id,
        subscriber: mail,
        state: 'delivered',
        attempts: 2,
        sentAt: taken!.sentAt,
        receivedAt: times.received,
        handledAt: times.handled,
        settledAt: expect.any(Number),
      });
      expect(await cues().traces(key, [])).toEqual([]);
    });

    it('M6 are waited for by nobody who has ended', async () => {
      const start = await bench.started();
      const where = { orderId: 'o1' };
      const marks = cueMarks(EVENT, where);
      await cues().await({ key: start.key, id: start.start!.id, call: 0, event: EVENT, marks, except: [] });
      await bench.store.append(bench.worker, [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]);
      expect(await cues().waiting(cueOf('a', where))).toEqual([]);
    });

    it('M6 are removed when they are old and on their way to nobody', async () => {
      await hear();
      const [kept, dead, done] = [cueOf('a'), cueOf('b'), cueOf('c')];
      await cues().publish([kept, dead, done]);
      await cues().discard(ship);
      for (const taken of await take('instances')) await delivered(taken);
      for (const taken of await take(mail)) {
        if (taken.cue.id === done.id) await delivered(taken);
        if (taken.cue.id === dead.id)
          await cues().settle([{ subscriber: mail, cue: dead.id, attempt: 1, result: { outcome: 'dead', error } }]);
      }
      await pass();
      expect(await cues().sweep(LONG, 10)).toBe(0);
      expect(await cues().sweep(0, 10)).toBe(1);
      expect(await cues().sweep(0, 10)).toBe(0);
      expect(await cues().deadLetters(10)).toHaveLength(1);
    });
  });
}
