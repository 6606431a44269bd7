// The people of the demo: customers who place the shipped orders, and the colleague who approves the big ones.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const FILE = new URL('../../apps/shop/orders.json', import.meta.url);
/** An order that was placed from the file, in whatever run: the approver leaves all others to people. */
const OURS = /^(r\w+)-(\d{4})(?:-\d+)?$/;

/**
 * The first `count` orders of the shipped file, over again when it asks for more, with ids of this run.
 * @param {number} approvalWithin how long the big ones wait for approval, in milliseconds
 */
export function shippedOrders(run, count, approvalWithin) {
  const orders = JSON.parse(readFileSync(FILE, 'utf8'));
  return Array.from({ length: count ?? orders.length }, (_, index) => {
    const { id, customerId, cartId, region, lines } = orders[index % orders.length];
    const round = Math.floor(index / orders.length);
    const suffix = round === 0 ? '' : `-${round}`;
    return {
      id: `${run}-${id}${suffix}`,
      customerId,
      cartId: `${run}-${cartId}${suffix}`,
      region,
      lines,
      approvalWithin,
    };
  });
}

/** Places the orders, so many at a time; at most `perSecond` of them in a second. */
export async function placeOrders(
  fleet,
  orders,
  { atOnce = 16, perSecond = Infinity, onPlaced = () => undefined } = {},
) {
  const queue = [...orders];
  const started = Date.now();
  let placed = 0;
  const customer = async () => {
    for (let order = queue.shift(); order; order = queue.shift()) {
      const due = started + (placed++ / perSecond) * 1_000;
      if (due > Date.now()) await wait(due - Date.now());
      const { status, body } = await fleet.request('POST', '/orders', order);
      if (status >= 300) throw new Error(`Order ${order.id} was not accepted: ${status} ${JSON.stringify(body)}`);
      onPlaced(order);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, customer));
}

/** Decides about big orders of the file until `signal` aborts: approves most, refuses some, forgets some. */
export async function approveOrders(fleet, signal) {
  const stories = new Map(JSON.parse(readFileSync(FILE, 'utf8')).map(({ id, story }) => [id, story ?? '']));
  const decided = new Set();
  while (!signal.aborted) {
    const { body } = await fleet.request('GET', '/approvals').catch(() => ({ body: [] }));
    for (const { orderId } of Array.isArray(body) ? body : []) {
      const number = OURS.exec(orderId)?.[2];
      if (number === undefined || decided.has(orderId)) continue;
      decided.add(orderId);
      const story = stories.get(number);
      if (story === 'big, forgotten') continue;
      const verdict = story === 'big, refused' ? { by: 'finance', approved: false } : { by: 'finance' };
      await fleet.request('POST', `/orders/${orderId}/approve`, verdict).catch(() => decided.delete(orderId));
    }
    await wait(500, undefined, { signal }).catch(() => undefined);
  }
}
