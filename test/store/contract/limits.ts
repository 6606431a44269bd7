import { randomUUID } from 'node:crypto';
import type { PermitRequest, StepLimits } from 'reprise/core';
import { HOSTED, LONG, type StoreBench } from './store-bench.js';

export const CHARGE = { saga: 'PlaceOrder', step: 'charge' };
const SHIP = { saga: 'PlaceOrder', step: 'ship' };

/** A request for a permit, by default of the step's own pool. */
export function requestOf(more: Partial<PermitRequest> = {}): PermitRequest {
  const instance = { shard: 1, run: randomUUID() };
  return { ...CHARGE, id: randomUUID(), instance, call: 0, key: '', pool: '', priority: 0, ...more };
}

/** As many requests, of one key. */
export function requestsOf(count: number, more: Partial<PermitRequest> = {}): PermitRequest[] {
  return Array.from({ length: count }, () => requestOf(more));
}

export function describeLimits(bench: StoreBench): void {
  describe('limits', () => {
    const limits = (): StepLimits => bench.store.limits;
    const take = async (worker = bench.worker, room?: number): Promise<readonly string[]> =>
      (await limits().take(worker, [{ ...CHARGE, ...(room === undefined ? {} : { room }) }])).granted;
    const ask = async (requests: PermitRequest[], worker = bench.worker): Promise<string[]> => {
      await limits().request(worker, requests);
      return requests.map(({ id }) => id);
    };
    const giveBack = (ids: readonly string[], worker = bench.worker): Promise<void> =>
      limits().giveBack(
        worker,
        ids.map((id) => ({ ...CHARGE, id })),
      );

    it('S10 lets no more through at a time than the concurrency, in the order of arrival', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 2 } }]);
      const asked = await ask(requestsOf(5));
      expect(new Set(await take())).toEqual(new Set(asked.slice(0, 2)));
      expect(await take()).toEqual([]);
      await giveBack([asked[1]!]);
      expect(await take()).toEqual([asked[2]]);
      expect(await take()).toEqual([]);
    });

    it('S10 shares a limit between workers, whoever came first', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 2 } }]);
      const other = await bench.newWorker();
      const [first] = await ask(requestsOf(1), other);
      const mine = await ask(requestsOf(2));
      expect(await take()).toEqual([mine[0]]);
      expect(await take(other)).toEqual([first]);
      expect(await take()).toEqual([]);
      await giveBack([first!], other);
      expect(await take()).toEqual([mine[1]]);
    });

    it('S10 does not wait for a worker that has no room for what is next in the queue', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 2 } }]);
      const other = await bench.newWorker();
      const before = await ask(requestsOf(10), other);
      const [mine] = await ask(requestsOf(1));
      expect(await take(other, 1)).toEqual([before[0]]);
      expect(await take()).toEqual([mine]);
      await giveBack([mine!]);
      expect(await take(other, 0)).toEqual([]);
      expect(await take(other, 1)).toEqual([before[1]]);
    });

    it('S10 counts every group for itself where the limit is that of the group', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 1 } }]);
      const [anna] = await ask(requestsOf(3, { key: 'anna', pool: 'anna' }));
      const [ben, ben2] = await ask(requestsOf(3, { key: 'ben', pool: 'ben' }));
      expect(new Set(await take())).toEqual(new Set([anna, ben]));
      await giveBack([ben!]);
      expect(await take()).toEqual([ben2]);
    });

    it('S10 lets groups take turns that share a limit: 5 do not wait for 1,000', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 1 } }]);
      await ask(requestsOf(1_000, { key: 'flood' }));
      const [running] = await take();
      const few = new Set(await ask(requestsOf(5, { key: 'few' })));
      let held = running!;
      let looks = 0;
      for (; few.size > 0; looks++) {
        await giveBack([held]);
        held = (await take())[0]!;
        few.delete(held);
      }
      expect(looks).toBeLessThanOrEqual(11);
    });

    it('S10 puts priority before turns', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 1 } }]);
      await ask(requestsOf(3));
      const [low] = await ask([requestOf({ priority: -1.5 })]);
      const [high] = await ask([requestOf({ priority: 10 })]);
      expect(await take()).toEqual([high]);
      await giveBack([high!]);
      for (let i = 0; i < 3; i++) await giveBack(await take());
      expect(await take()).toEqual([low]);
    });

    it('S10 lets no more begin in a span than the rate, and says when the next may', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { rate: { count: 2, perMs: LONG } } }]);
      const asked = await ask(requestsOf(3));
      const granted = await take();
      expect(new Set(granted)).toEqual(new Set(asked.slice(0, 2)));
      await giveBack(granted);
      const { granted: none, retryAfter } = await limits().take(bench.worker, [CHARGE]);
      expect(none).toEqual([]);
      expect(retryAfter).toBeGreaterThan(LONG / 2);
      expect(retryAfter).toBeLessThanOrEqual(LONG);
      await bench.under.passLimitTime(LONG);
      expect(await take()).toEqual([asked[2]]);
    });

    it('S10 counts what a dead worker began for a rate, and not for the concurrency', async () => {
      const limit = { concurrency: 1, rate: { count: 2, perMs: LONG } };
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit }]);
      const dead = await bench.newWorker();
      await ask(requestsOf(2), dead);
      expect(await take(dead)).toHaveLength(1);
      const mine = await ask(requestsOf(2));
      expect(await take()).toEqual([]);
      await bench.store.leave(dead);
      expect(await take()).toEqual([mine[0]]);
      await giveBack([mine[0]!]);
      expect(await take()).toEqual([]);
    });

    it('S10 W2 gives back what a worker held and waited for whose lease is over', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 1 } }]);
      const dead = await bench.newWorker();
      const [lost] = await ask(requestsOf(3), dead);
      expect(await take(dead)).toEqual([lost]);
      const [mine] = await ask(requestsOf(1));
      expect(await take()).toEqual([]);
      expect(await bench.store.heartbeat(dead, 1, HOSTED)).toBe(true);
      await bench.started({ owned: false });
      for (let granted = await take(); granted.length === 0; granted = await take()) {
        bench.under.passTime?.(10);
        await bench.store.claim(bench.worker, 1, HOSTED);
      }
      expect(await limits().held(bench.worker)).toEqual([{ ...CHARGE, id: mine }]);
      await ask(requestsOf(1), dead);
      expect(await limits().list()).toMatchObject([{ held: 1, waiting: 0 }]);
    });

    it('tells a worker what it holds, and counts a request once that is made again', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 5 } }]);
      const requests = requestsOf(2);
      await ask(requests);
      await ask(requests);
      expect(await limits().list()).toMatchObject([{ waiting: 2, waitingSince: expect.any(Number) }]);
      await take();
      const held = await limits().held(bench.worker);
      expect(new Set(held.map(({ id }) => id))).toEqual(new Set(requests.map(({ id }) => id)));
      await giveBack(
        held.map(({ id }) => id),
        await bench.newWorker(),
      );
      expect(await limits().list()).toMatchObject([{ held: 2, waiting: 0 }]);
      await giveBack(held.map(({ id }) => id));
      expect(await limits().list()).toMatchObject([{ held: 0 }]);
    });

    it('S10 puts what is set at run time above what code declares, part by part, until it is cleared', async () => {
      const rate = { count: 9, perMs: LONG };
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 1, rate } }]);
      await limits().set(CHARGE, { concurrency: 3 });
      expect(await limits().settings()).toEqual([{ ...CHARGE, limit: { concurrency: 3, rate } }]);
      await limits().set(CHARGE, { rate: { count: 4, perMs: 1_000 } });
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 2 } }]);
      const limit = { concurrency: 3, rate: { count: 4, perMs: 1_000 } };
      expect(await limits().list()).toEqual([{ ...CHARGE, limit, declared: { concurrency: 2 }, held: 0, waiting: 0 }]);
      await ask(requestsOf(9));
      expect(await take()).toHaveLength(3);
      await limits().clear(CHARGE);
      expect(await limits().settings()).toEqual([{ ...CHARGE, limit: { concurrency: 2 } }]);
      expect(await take()).toEqual([]);
    });

    it('S10 forgets what code no longer declares, of its own sagas', async () => {
      await limits().declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 1 } }]);
      await limits().declare(['Refund'], [{ saga: 'Refund', step: 'pay', limit: { concurrency: 7 } }]);
      await limits().declare(['PlaceOrder'], [{ ...SHIP, limit: { concurrency: 2 } }]);
      const settings = await limits().settings();
      expect(settings.map(({ step }) => step).sort()).toEqual(['pay', 'ship']);
      await ask(requestsOf(3));
      expect(await take()).toHaveLength(3);
    });

    it('S10 gives no permit to a paused kind of step, until it is resumed', async () => {
      await limits().pause(CHARGE, 'anna', 'the gateway is down');
      await limits().pause(CHARGE, 'ben', 'me too');
      const paused = { by: 'anna', reason: 'the gateway is down', at: expect.any(Number) };
      expect(await limits().settings()).toEqual([{ ...CHARGE, limit: {}, paused }]);
      const asked = await ask(requestsOf(2));
      expect(await take()).toEqual([]);
      expect(await limits().list()).toMatchObject([{ paused, waiting: 2, held: 0 }]);
      expect(await limits().resume(CHARGE, 'anna')).toBe(true);
      expect(await limits().resume(CHARGE, 'anna')).toBe(false);
      expect(await limits().settings()).toEqual([]);
      expect(new Set(await take())).toEqual(new Set(asked));
    });
  });
}
