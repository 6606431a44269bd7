import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { HistoryStore, shardOf, type Message, type StartRecord, type Turn, type TurnAppend } from 'reprise/core';

/** One implementation of the port, empty, with what the suite needs beside it. */
export interface StoreUnderTest {
  /** Open, and empty. */
  readonly store: HistoryStore;
  /** The same data over other connections, for races; the same object where there are none. */
  readonly another: HistoryStore;
  /** Lets the store's clock pass where it is virtual. */
  readonly passTime?: (ms: number) => void;
  readonly dispose: () => Promise<void>;
}

const HOSTED = [{ saga: 'PlaceOrder', version: 1 }];
const LONG = 600_000;

/** The promises of the HistoryStore port. `create` is called once per test. */
export function describeHistoryStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`HistoryStore: ${name}`, () => {
    let under: StoreUnderTest;
    let store: HistoryStore;
    let worker: string;

    beforeEach(async () => {
      under = await create();
      store = under.store;
      worker = await newWorker();
    });
    afterEach(() => under.dispose());

    async function newWorker(leaseMs = LONG): Promise<string> {
      const id = randomUUID();
      expect(await store.heartbeat(id, leaseMs, HOSTED)).toBe(true);
      return id;
    }

    async function started(options: Partial<StartRecord> = {}, more: Partial<TurnAppend> = {}): Promise<TurnAppend> {
      const turn = startOf(options, more);
      expect(await store.append(turn.start!.owned ? worker : undefined, [turn])).toEqual(['appended']);
      return turn;
    }

    /** Claims until something comes; the store's clock may have to pass a boundary first. */
    async function eventuallyClaims(by: string, from: HistoryStore = store): ReturnType<HistoryStore['claim']> {
      for (let tries = 0; tries < 500; tries++) {
        const claimed = await from.claim(by, 10, HOSTED);
        if (claimed.length > 0) return claimed;
        under.passTime?.(10);
        await pause(2);
      }
      throw new Error('nothing became due');
    }

    describe('appends', () => {
      it('keeps turns in order and gives them back as they were', async () => {
        const start = await started();
        expect(await store.append(worker, [turnOf(start, 1), turnOf(await started(), 1)])).toEqual([
          'appended',
          'appended',
        ]);
        expect(await store.append(worker, [turnOf(start, 2)])).toEqual(['appended']);
        expect(await store.history(start.key)).toEqual([start.turn, turnOf(start, 1).turn, turnOf(start, 2).turn]);
      });

      it('keeps every character, also the ones that PostgreSQL finds hard', async () => {
        const hard = ['\u0000', '\ud800', 'a\u0000b\udfff', '\\u0000', '💶', '"\'\\\b\f\n\r\t', '\u2028', '￿', ''];
        const start = startOf({ tags: { note: 'nul \u0000 and half \ud800' } });
        const turn: Turn = { at: 1, events: [{ type: 'SagaCompleted', result: { hard, '\u0000key': 1 } }] };
        await store.append(worker, [{ ...start, turn }]);
        expect(await store.history(start.key)).toEqual([turn]);
        expect((await find(start))!.tags).toEqual(start.start!.tags);
      });

      it('keeps numbers as JSON knows them', async () => {
        const result = [0, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, -1.5, 1 / 3];
        const start = startOf({}, { turn: { at: 1_763_000_000_123, events: [{ type: 'SagaCompleted', result }] } });
        await store.append(worker, [start]);
        expect(await store.history(start.key)).toEqual([start.turn]);
      });

      it('answers nothing to nothing, and no history for a run it does not know', async () => {
        expect(await store.append(worker, [])).toEqual([]);
        expect(await store.history({ shard: 1, run: randomUUID() })).toEqual([]);
      });

      it('answers in the order of the turns, whatever becomes of each', async () => {
        const mine = await started();
        const lost = startOf();
        const taken = startOf({ id: mine.start!.id });
        const fresh = startOf();
        expect(
          await store.append(worker, [turnOf(lost, 1), fresh, turnOf(mine, 1), taken, turnOf(fresh, 1)].slice(0, 4)),
        ).toEqual(['refused', 'appended', 'appended', 'duplicate']);
      });

      it('W3 answers a turn that is already there with "repeated" and leaves the first', async () => {
        const start = await started();
        const first = turnOf(start, 1);
        await store.append(worker, [first]);
        const again = { ...first, turn: { at: 99, events: [] } };
        expect(await store.append(worker, [again])).toEqual(['repeated']);
        expect(await store.append(worker, [{ ...again, head: { status: 'incident', retrying: true } }])).toEqual([
          'repeated',
        ]);
        expect(await store.history(start.key)).toEqual([start.turn, first.turn]);
        expect((await find(start))!.status).toBe('running');
      });

      it('W3 refuses a turn that leaves a gap, and writes nothing of it', async () => {
        const start = await started();
        expect(await store.append(worker, [turnOf(start, 2)])).toEqual(['refused']);
        const closing = turnOf(start, 5, { head: { status: 'completed', retrying: false } });
        expect(await store.append(worker, [closing])).toEqual(['refused']);
        expect(await store.history(start.key)).toHaveLength(1);
        expect((await find(start))!.status).toBe('running');
      });

      it('W2 refuses whole what somebody appends who does not own the instance', async () => {
        const start = await started();
        const stranger = await newWorker();
        const closing = turnOf(start, 1, { head: { status: 'completed', retrying: false } });
        expect(await store.append(stranger, [turnOf(start, 1)])).toEqual(['refused']);
        expect(await store.append(stranger, [closing])).toEqual(['refused']);
        expect(await store.append(undefined, [turnOf(start, 1)])).toEqual(['refused']);
        expect(await store.history(start.key)).toEqual([start.turn]);
        expect((await find(start))!.closedAt).toBeUndefined();
      });

      it('appends a thousand turns in one call', async () => {
        const starts = Array.from({ length: 1_000 }, () => startOf());
        expect(new Set(await store.append(worker, starts))).toEqual(new Set(['appended']));
        const next = starts.map((start) => turnOf(start, 1));
        expect(new Set(await store.append(worker, next))).toEqual(new Set(['appended']));
        expect(await store.history(starts[999]!.key)).toEqual([starts[999]!.turn, next[999]!.turn]);
      });
    });

    describe('starts', () => {
      it('I1 gives an id to one open instance', async () => {
        const first = await started();
        expect(await store.append(worker, [startOf({ id: first.start!.id })])).toEqual(['duplicate']);
        expect(await store.append(undefined, [startOf({ id: first.start!.id, owned: false })])).toEqual(['duplicate']);
        expect((await find(first))!.key).toEqual(first.key);
      });

      it('I1 gives an id to one instance, however many start it at once', async () => {
        const id = randomUUID();
        const rivals = Array.from({ length: 24 }, (_, i) => startOf({ id, owned: i % 2 === 0 }));
        const outcomes = await Promise.all(
          rivals.map((rival, i) =>
            (i % 3 === 0 ? under.another : store).append(rival.start!.owned ? worker : undefined, [rival]),
          ),
        );
        expect(outcomes.flat().filter((outcome) => outcome === 'appended')).toHaveLength(1);
        expect(outcomes.flat().filter((outcome) => outcome === 'duplicate')).toHaveLength(23);
        const winner = rivals[outcomes.findIndex(([outcome]) => outcome === 'appended')]!;
        expect((await store.find(shardOf(id), id))!.key).toEqual(winner.key);
        for (const rival of rivals) expect(await store.history(rival.key)).toHaveLength(rival === winner ? 1 : 0);
      });

      it('I1 gives an id to one of two that come in one call', async () => {
        const id = randomUUID();
        const outcomes = await store.append(worker, [startOf({ id }), startOf({ id })]);
        expect([...outcomes].sort()).toEqual(['appended', 'duplicate']);
      });

      it('I1 gives an id again after the end only where reuse is wanted', async () => {
        const first = await started({}, { head: { status: 'completed', retrying: false } });
        const id = first.start!.id;
        expect(await store.append(worker, [startOf({ id, reuse: false })])).toEqual(['duplicate']);
        const second = startOf({ id, reuse: true });
        expect(await store.append(worker, [second])).toEqual(['appended']);
        expect((await find(first))!.key).toEqual(second.key);
        expect(await store.history(first.key)).toEqual([first.turn]);
      });

      it('I1 gives an ended id to one of many that reuse it at once', async () => {
        const first = await started({}, { head: { status: 'failed', retrying: false } });
        const id = first.start!.id;
        const rivals = Array.from({ length: 12 }, () => startOf({ id, reuse: true }));
        const outcomes = await Promise.all(
          rivals.map((rival, i) => (i % 2 ? under.another : store).append(worker, [rival])),
        );
        expect(outcomes.flat().filter((outcome) => outcome === 'appended')).toHaveLength(1);
        expect(outcomes.flat().filter((outcome) => outcome === 'duplicate')).toHaveLength(11);
      });

      it('answers a start that went through before with "repeated"', async () => {
        const owned = await started();
        expect(await store.append(worker, [owned])).toEqual(['repeated']);
        const free = await started({ owned: false });
        expect(await store.append(undefined, [free])).toEqual(['repeated']);
        const [claimed] = await eventuallyClaims(worker);
        await store.append(worker, [turnOf(free, 1, { head: { status: 'completed', retrying: false } })]);
        expect(claimed!.turns).toEqual([free.turn]);
        expect(await store.append(undefined, [{ ...free, start: { ...free.start!, reuse: true } }])).toEqual([
          'repeated',
        ]);
        expect((await find(free))!.key).toEqual(free.key);
      });

      it('shows what was noted at the start', async () => {
        const start = await started({ saga: 'Refund', version: 7, tags: { customer: 'anna', region: 'eu' } });
        expect(await find(start)).toEqual({
          key: start.key,
          id: start.start!.id,
          saga: 'Refund',
          version: 7,
          tags: { customer: 'anna', region: 'eu' },
          status: 'running',
          retrying: false,
          startedAt: expect.any(Number),
        });
      });

      it('begins and ends an instance in one turn', async () => {
        const error = { name: 'OutOfStock', message: 'none left', code: 'OUT' };
        const start = await started({}, { head: { status: 'failed', retrying: false, error } });
        expect(await find(start)).toMatchObject({ status: 'failed', error, closedAt: expect.any(Number) });
        expect(await store.append(worker, [turnOf(start, 1)])).toEqual(['refused']);
      });
    });

    describe('heads', () => {
      it('changes what is seen of an instance, with the turn', async () => {
        const start = await started();
        const error = { name: 'SagaError', message: 'recorded a, asked b', code: 'NON_DETERMINISTIC' };
        await store.append(worker, [turnOf(start, 1, { head: { status: 'incident', retrying: true, error } })]);
        expect(await find(start)).toMatchObject({ status: 'incident', retrying: true, error });
        await store.append(worker, [turnOf(start, 2)]);
        expect(await find(start)).toMatchObject({ status: 'incident', retrying: true, error });
        await store.append(worker, [turnOf(start, 3, { head: { status: 'running', retrying: false } })]);
        expect((await find(start))!.error).toBeUndefined();
      });

      it('gives a closed instance up for good', async () => {
        const start = await started();
        await store.append(worker, [turnOf(start, 1, { head: { status: 'compensated', retrying: false } })]);
        expect((await find(start))!.closedAt).toBeGreaterThanOrEqual((await find(start))!.startedAt);
        expect(await store.append(worker, [turnOf(start, 2)])).toEqual(['refused']);
        expect(await store.claim(worker, 10, HOSTED)).toEqual([]);
      });

      it('finds many at once and leaves out what is unknown', async () => {
        const [one, two] = [await started(), await started()];
        const ids = [one, two, startOf()].map(({ start, key }) => ({ id: start!.id, shard: key.shard }));
        const found = await store.findMany(ids);
        expect(new Set(found.map(({ id }) => id))).toEqual(new Set([one.start!.id, two.start!.id]));
        expect(await store.findMany([])).toEqual([]);
        expect(await store.find(1, 'nobody')).toBeUndefined();
      });
    });

    describe('claims', () => {
      it('W1 gives no instance to two workers', async () => {
        const starts = Array.from({ length: 60 }, () => startOf({ owned: false }));
        await store.append(undefined, starts);
        const workers = await Promise.all(Array.from({ length: 6 }, () => newWorker()));
        const claims = await Promise.all(
          workers.map((one, i) => (i % 2 ? under.another : store).claim(one, 20, HOSTED)),
        );
        const rest = await store.claim(worker, 100, HOSTED);
        const runs = [...claims.flat(), ...rest].map(({ summary }) => summary.key.run);
        expect(runs).toHaveLength(60);
        expect(new Set(runs).size).toBe(60);
      });

      it('takes the oldest first, no more than asked, and reads their turns', async () => {
        const first = await started({ owned: false });
        const second = await started({ owned: false });
        const [claimed, ...others] = await store.claim(worker, 1, HOSTED);
        expect(others).toEqual([]);
        expect(claimed).toEqual({ summary: await find(first), turns: [first.turn] });
        expect((await store.claim(worker, 10, HOSTED)).map(({ summary }) => summary.key)).toEqual([second.key]);
        expect(await store.append(worker, [turnOf(first, 1), turnOf(second, 1)])).toEqual(['appended', 'appended']);
      });

      it('D8 leaves sagas and versions alone that the worker does not have', async () => {
        await started({ owned: false, version: 2 });
        await started({ owned: false, saga: 'Refund' });
        expect(await store.claim(worker, 10, HOSTED)).toEqual([]);
        expect(await store.claim(worker, 10, [{ saga: 'PlaceOrder', version: 2 }])).toHaveLength(1);
        expect(await store.claim(worker, 10, [])).toEqual([]);
      });

      it('gives an instance back with a turn, due after its wait', async () => {
        const soon = await started();
        const late = await started();
        const onMessage = await started();
        await store.append(worker, [
          turnOf(soon, 1, { release: { wakeAfter: 0 } }),
          turnOf(late, 1, { release: { wakeAfter: LONG } }),
          turnOf(onMessage, 1, { release: { wakeAfter: null } }),
        ]);
        expect(await store.append(worker, [turnOf(soon, 2)])).toEqual(['refused']);
        const claimed = await eventuallyClaims(await newWorker());
        expect(claimed.map(({ summary }) => summary.key)).toEqual([soon.key]);
        expect(claimed[0]!.turns).toEqual([soon.turn, turnOf(soon, 1).turn]);
      });

      it('gives instances back without a turn', async () => {
        const [soon, late] = [await started(), await started()];
        const stranger = await newWorker();
        await store.release(stranger, [{ key: late.key, wakeAfter: 0 }]);
        await store.release(worker, [
          { key: soon.key, wakeAfter: 0 },
          { key: late.key, wakeAfter: null },
        ]);
        expect((await eventuallyClaims(stranger)).map(({ summary }) => summary.key)).toEqual([soon.key]);
        expect(await store.claim(stranger, 10, HOSTED)).toEqual([]);
      });

      it('M4 takes a wait of any length', async () => {
        const start = await started();
        await store.release(worker, [{ key: start.key, wakeAfter: 1e18 }]);
        const other = await started();
        await store.append(worker, [turnOf(other, 1, { release: { wakeAfter: 0.4 } })]);
        expect((await eventuallyClaims(worker)).map(({ summary }) => summary.key)).toEqual([other.key]);
      });
    });

    describe('leases', () => {
      it('W2 frees what a dead worker held, on the clock of the store, and refuses what it still writes', async () => {
        const dead = await newWorker();
        const start = startOf();
        await store.append(dead, [start]);
        expect(await store.heartbeat(dead, 1, HOSTED)).toBe(true);
        const [claimed] = await eventuallyClaims(worker, under.another);
        expect(claimed!.summary.key).toEqual(start.key);
        expect(await store.append(dead, [turnOf(start, 1)])).toEqual(['refused']);
        expect(
          await store.append(dead, [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]),
        ).toEqual(['refused']);
        expect(await store.heartbeat(dead, LONG, HOSTED)).toBe(false);
        expect(await store.append(worker, [turnOf(start, 1)])).toEqual(['appended']);
      });

      it('W2 gives nothing to a worker that was taken for dead', async () => {
        const dead = await newWorker();
        await store.append(dead, [startOf()]);
        await store.heartbeat(dead, 1, HOSTED);
        await eventuallyClaims(worker);
        await started({ owned: false });
        expect(await store.claim(dead, 10, HOSTED)).toEqual([]);
        expect(await store.append(dead, [startOf()])).toEqual(['refused']);
      });

      it('W1 leaves a worker alone whose lease runs', async () => {
        await started();
        expect(await store.heartbeat(worker, LONG, HOSTED)).toBe(true);
        expect(await store.claim(await newWorker(), 10, HOSTED)).toEqual([]);
      });

      it('W4 gives everything back when a worker leaves', async () => {
        const start = await started();
        await store.leave(worker);
        const claimed = await eventuallyClaims(await newWorker());
        expect(claimed.map(({ summary }) => summary.key)).toEqual([start.key]);
        expect(await store.append(worker, [turnOf(start, 1)])).toEqual(['refused']);
      });
    });

    describe('messages', () => {
      it('M1 keeps messages in order until a turn takes them in', async () => {
        const start = await started();
        const messages = Array.from({ length: 5 }, (_, i) => messageOf(`note ${i}`));
        for (const message of messages) expect(await post(start, message)).toBe('accepted');
        expect(await store.unread(worker)).toEqual([{ key: start.key, messages }]);
        expect(await store.unread(worker)).toHaveLength(1);
        await store.append(worker, [turnOf(start, 1, { consumed: messages.slice(0, 3).map(({ id }) => id) })]);
        expect(await store.unread(worker)).toEqual([{ key: start.key, messages: messages.slice(3) }]);
        await store.append(worker, [turnOf(start, 2, { consumed: messages.slice(3).map(({ id }) => id) })]);
        expect(await store.unread(worker)).toEqual([]);
      });

      it('M1 takes messages out only with a turn that is written', async () => {
        const start = await started();
        const message = messageOf('approve');
        await post(start, message);
        const stranger = await newWorker();
        const consumed = [message.id];
        expect(await store.append(stranger, [turnOf(start, 1, { consumed })])).toEqual(['refused']);
        expect(await store.append(worker, [turnOf(start, 7, { consumed })])).toEqual(['refused']);
        expect(await store.unread(worker)).toEqual([{ key: start.key, messages: [message] }]);
        const taken = turnOf(start, 1, { consumed });
        expect(await store.append(worker, [taken])).toEqual(['appended']);
        expect(await store.append(worker, [taken])).toEqual(['repeated']);
        expect(await store.unread(worker)).toEqual([]);
      });

      it('M1 keeps a message once while it is unread', async () => {
        const start = await started();
        const message = messageOf('approve');
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, (_, i) =>
            (i % 2 ? under.another : store).post(start.key.shard, start.start!.id, message),
          ),
        );
        expect(new Set(outcomes)).toEqual(new Set(['accepted']));
        expect(await store.unread(worker)).toEqual([{ key: start.key, messages: [message] }]);
        await store.append(worker, [turnOf(start, 1, { consumed: [message.id], release: { wakeAfter: null } })]);
        expect(await store.claim(worker, 10, HOSTED)).toEqual([]);
      });

      it('M1 wakes an instance that waits for a message', async () => {
        const start = await started();
        await store.append(worker, [turnOf(start, 1, { release: { wakeAfter: null } })]);
        const message = messageOf('approve', 'cancel');
        await post(start, message);
        const [claimed] = await eventuallyClaims(worker);
        expect(claimed!.summary.key).toEqual(start.key);
        expect(await store.unread(worker)).toEqual([{ key: start.key, messages: [message] }]);
      });

      it('M1 keeps an instance due that is given back with unread messages', async () => {
        const [withTurn, without] = [await started(), await started()];
        await post(withTurn, messageOf('a'));
        await post(without, messageOf('b'));
        await store.append(worker, [turnOf(withTurn, 1, { release: { wakeAfter: LONG } })]);
        await store.release(worker, [{ key: without.key, wakeAfter: null }]);
        expect(await store.claim(worker, 10, HOSTED)).toHaveLength(2);
        expect(await store.unread(worker)).toHaveLength(2);
      });

      it('M1 never loses a message that comes while the instance is given back', async () => {
        const start = await started();
        let seq = 1;
        for (let round = 0; round < 60; round++) {
          const message = messageOf(`round ${round}`);
          const release = { wakeAfter: null };
          const giveBack = async (): Promise<void> => {
            if (round % 2) await store.release(worker, [{ key: start.key, ...release }]);
            else expect(await store.append(worker, [turnOf(start, seq++, { release })])).toEqual(['appended']);
          };
          await Promise.all([giveBack(), under.another.post(start.key.shard, start.start!.id, message)]);
          const [claimed] = await eventuallyClaims(worker);
          expect(claimed!.summary.key).toEqual(start.key);
          expect(await store.unread(worker)).toEqual([{ key: start.key, messages: [message] }]);
          await store.append(worker, [turnOf(start, seq++, { consumed: [message.id] })]);
        }
      });

      it('M1 never loses a message that comes while another is taken in', async () => {
        const start = await started();
        let expected: Message[] = [];
        for (let seq = 1; seq <= 60; seq++) {
          const message = messageOf(`seq ${seq}`);
          const consumed = expected.map(({ id }) => id);
          await Promise.all([
            store.append(worker, [turnOf(start, seq, { consumed })]),
            under.another.post(start.key.shard, start.start!.id, message),
          ]);
          expected = [message];
          expect(await store.unread(worker)).toEqual([{ key: start.key, messages: expected }]);
        }
      });

      it('S7 says "closed" or "unknown" to a message that nobody can take', async () => {
        const start = await started({}, { head: { status: 'completed', retrying: false } });
        expect(await post(start, messageOf('late'))).toBe('closed');
        expect(await post(startOf(), messageOf('lost'))).toBe('unknown');
      });

      it('keeps every character of a message', async () => {
        const start = await started();
        const message = { ...messageOf('approve'), input: ['\u0000', '\ud800', { '💶': null }] };
        await post(start, message);
        expect(await store.unread(worker)).toEqual([{ key: start.key, messages: [message] }]);
      });
    });

    describe('incidents and orphans', () => {
      it('wakes the incidents of a code', async () => {
        const parked = async (code: string, more: Partial<StartRecord> = {}): Promise<TurnAppend> => {
          const start = await started(more);
          const error = { name: 'SagaError', message: 'with \u0000', code };
          const head = { status: 'incident' as const, retrying: false, error };
          await store.append(worker, [turnOf(start, 1, { head, release: { wakeAfter: null } })]);
          return start;
        };
        const mine = await parked('NON_DETERMINISTIC');
        await parked('COMPENSATION_GAVE_UP');
        await parked('NON_DETERMINISTIC', { version: 9 });
        expect(await store.wakeIncidents(['NON_DETERMINISTIC', 'UNKNOWN_SAGA'], HOSTED)).toBe(1);
        const claimed = await eventuallyClaims(worker);
        expect(claimed.map(({ summary }) => summary.key)).toEqual([mine.key]);
        expect(await store.wakeIncidents([], HOSTED)).toBe(0);
      });

      it('S7 takes orphans on record', async () => {
        const { key, start } = await started();
        const payload = { late: ['\u0000'] };
        await store.recordOrphan({ key, id: start!.id, reason: 'late-result', call: 3, attempt: 2, payload });
        await store.recordOrphan({ key, id: start!.id, reason: 'duplicate-result' });
      });
    });

    function find(start: TurnAppend): ReturnType<HistoryStore['find']> {
      return store.find(start.key.shard, start.start!.id);
    }

    function post(start: TurnAppend, message: Message): ReturnType<HistoryStore['post']> {
      return store.post(start.key.shard, start.start!.id, message);
    }
  });
}

/** A first turn, of a new id if none is given. */
export function startOf(options: Partial<StartRecord> = {}, more: Partial<TurnAppend> = {}): TurnAppend {
  const id = options.id ?? `order-${randomUUID()}`;
  const start = { id, saga: 'PlaceOrder', version: 1, tags: {}, reuse: false, owned: true, ...options };
  const { saga, version } = start;
  return {
    key: { shard: shardOf(id), run: randomUUID() },
    seq: 0,
    turn: { at: 1_763_000_000_000, events: [{ type: 'SagaStarted', saga, version, engine: 1, input: { id } }] },
    start,
    ...more,
  };
}

/** A later turn of the same instance. */
export function turnOf(start: TurnAppend, seq: number, more: Partial<TurnAppend> = {}): TurnAppend {
  const events = [{ type: 'StepCompleted' as const, call: seq, attempt: 1, result: `result ${seq}` }];
  return { key: start.key, seq, turn: { at: 1_763_000_000_000 + seq, events }, ...more };
}

export function messageOf(name: string, kind: Message['kind'] = 'signal'): Message {
  return { id: randomUUID(), kind, name, input: [name] };
}
