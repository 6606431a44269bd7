import { HistoryStore, type HistoryEvent, type Json, type PayloadCodec } from 'reprise/core';
import { MemoryStore, VirtualClock } from 'reprise/testing';
import { startOf, turnOf } from '../../../../test/store/contract/sample-turns.js';
import { encodedStore } from './encoded-store.js';
import { overlay } from './overlay.js';

/** Marks what it encodes with where it stands, and refuses it elsewhere. */
const marking: PayloadCodec = {
  encode: (payload, { binding }) => ({ $t: 'marked', at: binding, v: payload }),
  decode: (stored, { binding }) => {
    const { $t, at, v } = (stored ?? {}) as { [key: string]: Json };
    if ($t !== 'marked') return stored;
    if (at !== binding) throw new Error(`${String(at)} is not ${binding}`);
    return v!;
  },
};

const error = { name: 'OutOfStock', message: 'none left', data: 'D', cause: { name: 'E', message: 'm', data: 'C' } };
/** One of each type that has payloads, all of which are one capital letter. */
const EVENTS: readonly HistoryEvent[] = [
  { type: 'StepScheduled', call: 0, step: 's', input: ['A', 'B'] },
  { type: 'StepAttemptFailed', call: 0, attempt: 1, error },
  { type: 'StepCompleted', call: 0, attempt: 2, result: 'R' },
  { type: 'StepFailed', call: 1, attempt: 1, kind: 'declared', error },
  { type: 'StepVerifying', call: 2, attempts: 3, error },
  { type: 'StepOutcomeUnknown', call: 2, attempts: 3, error },
  { type: 'StepCompletedLate', call: 2, attempt: 4, result: 'L' },
  { type: 'SignalReceived', message: 'm1', name: 'approve', input: ['S'] },
  { type: 'CompensationStarted', error },
  { type: 'SagaCompleted', result: 'Z' },
  { type: 'SagaFailed', error },
  { type: 'SagaCompensated', error },
  { type: 'SagaCancelled', error },
];

describe('I2 the store with a codec', () => {
  const setUp = () => {
    const inner = new MemoryStore(new VirtualClock());
    return { inner, store: encodedStore(inner, marking) };
  };

  it('encodes every payload of every event, and nothing else, and gives back what was written', async () => {
    const { inner, store } = setUp();
    const start = startOf();
    const turn = { ...turnOf(start, 1), turn: { at: 5, events: EVENTS } };
    await store.append('w', [start]);
    expect(await store.append('w', [turn])).toEqual(['appended']);
    const stored = (await inner.history(start.key)).flatMap(({ events }) => events);
    expect(stored.map((event) => lettersOf(event, []))).toEqual(stored.map(() => []));
    expect(stored.map(({ type }) => type)).toEqual(['SagaStarted', ...EVENTS.map(({ type }) => type)]);
    expect(stored[1]).toMatchObject({
      call: 0,
      step: 's',
      input: [
        { $t: 'marked', v: 'A' },
        { $t: 'marked', v: 'B' },
      ],
    });
    expect(stored[2]).toMatchObject({ error: { name: 'OutOfStock', message: 'none left', cause: { name: 'E' } } });
    expect(await store.history(start.key)).toEqual([start.turn, turn.turn]);
    await inner.freeAll();
    const [claimed] = await store.claim('w', 1, [{ saga: 'PlaceOrder', version: 1 }]);
    expect(claimed!.turns).toEqual([start.turn, turn.turn]);
  });

  it('binds each payload to its run and call: no two have the same place', async () => {
    const { inner, store } = setUp();
    const [one, two] = [startOf(), startOf()];
    for (const start of [one, two]) {
      await store.append('w', [start]);
      await store.append('w', [{ ...turnOf(start, 1), turn: { at: 5, events: EVENTS } }]);
    }
    const places = [one, two].map(async ({ key }) => JSON.stringify(await inner.history(key)).match(/"at":"[^"]+"/g)!);
    const all = (await Promise.all(places)).flat();
    expect(all.length).toBeGreaterThan(40);
    expect(new Set(all).size).toBe(all.length);
  });

  it('reads what was written before the codec was switched on', async () => {
    const { inner, store } = setUp();
    const start = startOf();
    await inner.append('w', [start]);
    await inner.append('w', [{ ...turnOf(start, 1), turn: { at: 5, events: EVENTS } }]);
    expect((await store.history(start.key))[1]!.events).toEqual(EVENTS);
  });

  it('keeps the data of errors out of what lists show', async () => {
    const { inner, store } = setUp();
    const start = startOf({}, { head: { status: 'failed', retrying: false, error } });
    await store.append('w', [start]);
    expect(JSON.stringify(await inner.find(start.key.shard, start.start!.id))).not.toMatch(/"D"|"C"/);
  });

  it('S7 encodes what orphans hold, shows it to who lists them, and what it cannot read as it is stored', async () => {
    const { inner, store } = setUp();
    const start = startOf();
    await store.append('w', [start]);
    const late = { key: start.key, id: '3:1', reason: 'late-result', call: 3, attempt: 1 };
    await store.recordOrphan({ ...late, payload: 'R' });
    await store.recordOrphan({ ...late, attempt: 2 });
    await store.post(start.key.shard, start.start!.id, { id: 'm', kind: 'signal', name: 'approve', input: ['S'] });
    await store.append('w', [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]);
    await inner.recordOrphan({ ...late, attempt: 3, payload: { $t: 'marked', at: 'elsewhere', v: 'R' } });
    expect((await inner.catalogue.orphans(10)).orphans.map((orphan) => lettersOf(orphan, []))).toEqual([
      [],
      [],
      [],
      [],
    ]);
    expect((await store.catalogue.orphans(10)).orphans.map(({ payload }) => payload)).toEqual([
      { $t: 'marked', at: 'elsewhere', v: 'R' },
      { message: 'm', kind: 'signal', name: 'approve', input: ['S'] },
      undefined,
      'R',
    ]);
  });

  it('says why a codec failed', async () => {
    const { inner, store } = setUp();
    const start = startOf();
    const moved = { ...start, key: { ...start.key, run: '11111111-0000-7000-8000-000000000001' } };
    await store.append('w', [start]);
    await inner.append('w', [
      { ...moved, start: { ...start.start!, id: 'x' }, turn: (await inner.history(start.key))[0]! },
    ]);
    await expect(store.history(moved.key)).rejects.toMatchObject({
      code: 'PAYLOAD_UNREADABLE',
      what: expect.stringContaining('SagaStarted input is not'),
    });
  });

  it('is the store itself when there is no codec', () => {
    const inner = new MemoryStore(new VirtualClock());
    expect(encodedStore(inner, undefined)).toBe(inner);
    expect(encodedStore(inner, [])).toBe(inner);
  });

  it('is a HistoryStore, and passes everything on that it does not know', async () => {
    class Wider extends MemoryStore {
      readonly port = { answer: () => 42 };
      private secret = 'mine';
      later(): string {
        return this.secret;
      }
      /** As others call it from within: it must not be encoded twice. */
      override async append(...args: Parameters<MemoryStore['append']>): ReturnType<MemoryStore['append']> {
        return super.append(...args);
      }
      set tuned(value: string) {
        this.secret = value;
      }
    }
    const inner = new Wider(new VirtualClock());
    const store = encodedStore(inner, marking) as Wider;
    expect(store).toBeInstanceOf(HistoryStore);
    expect(store.port).toBe(inner.port);
    expect(store.later()).toBe('mine');
    store.tuned = 'yours';
    expect(inner.later()).toBe('yours');
    expect(store.orphans).toBe(inner.orphans);
    expect('port' in store && 'prepare' in store).toBe(true);
    expect(store.constructor).toBe(Wider);
  });

  it('reaches every member of the port that a store has', () => {
    const { inner, store } = setUp();
    const members = new Set<string>();
    for (let at: object = inner; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
      for (const name of Object.getOwnPropertyNames(at)) members.add(name);
    }
    for (const name of members) {
      expect([name, typeof (store as unknown as Record<string, unknown>)[name]]).toEqual([
        name,
        typeof (inner as unknown as Record<string, unknown>)[name],
      ]);
    }
  });

  it('lets methods run on the object they belong to', () => {
    class Named {
      constructor(readonly name: string) {}
      whoAmI(): string {
        return this.name;
      }
      twice(): string {
        return this.whoAmI() + this.whoAmI();
      }
    }
    class Own {
      readonly name = 'own';
      whoAmI(): string {
        return `the ${this.name}`;
      }
    }
    const over = overlay(new Named('inner'), new Own());
    expect([over.whoAmI(), over.twice(), over.name]).toEqual(['the own', 'innerinner', 'own']);
  });
});

/** Payloads that stand there as they are. */
function lettersOf(value: unknown, found: unknown[]): unknown[] {
  if (typeof value === 'string' && /^[A-DLRSZ]$/.test(value)) found.push(value);
  if (typeof value === 'object' && value !== null && (value as { $t?: unknown }).$t !== 'marked') {
    for (const item of Object.values(value)) lettersOf(item, found);
  }
  return found;
}
