import { buildIfStale } from '../../scripts/build.mjs';
import { withBroker, type BrokerName } from '../transport/brokers.js';
import { killAtRandom } from './chaos.js';

/** Set KILL_SEED to the number that a run printed, and the same processes die after the same waits. */
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const ORDERS = 60;

const TRANSPORTS: readonly (readonly [BrokerName, string])[] = [
  ['NATS', 'nats'],
  ['RMQ', 'rabbitmq'],
  ['REDIS', 'redis'],
];

for (const [index, [broker, transport]] of TRANSPORTS.entries()) {
  await withBroker(broker, () => {
    it(`S3 S6 over ${transport} a purchase survives kill -9 of shops and services: every effect happens once, nothing is half done`, async () => {
      await buildIfStale(() => undefined);
      const { books, ended } = await killAtRandom(
        {
          transport,
          seed: SEED + index,
          orders: ORDERS,
          ordersPerSecond: 12,
          kills: 6,
          pause: [400, 1_000],
          victims: (fleet) => fleet.services,
        },
        60_000,
      );
      expect(books.checks.filter((check) => check.wrong.length > 0)).toEqual([]);
      expect(Object.values(ended).reduce((sum, count) => sum + count, 0)).toBe(ORDERS);
      expect(Object.keys(ended).sort()).toEqual(['compensated', 'completed', 'failed']);
    }, 90_000);
  });
}
