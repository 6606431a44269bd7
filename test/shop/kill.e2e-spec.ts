import { buildIfStale } from '../../scripts/build.mjs';
import { type Aftermath, killAtRandom } from './chaos.js';

/** Set KILL_SEED to the number that a run printed, and the same processes die after the same waits. */
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const LIMIT = 180_000;

describe('a purchase survives kill -9', () => {
  beforeAll(() => buildIfStale(() => undefined), LIMIT);

  it(
    'of the orchestrators: W2 S3 C2 every order ends, each effect happens once, nothing is half done',
    async () => {
      const aftermath = await killAtRandom(
        {
          seed: SEED,
          orders: 520,
          ordersPerSecond: 13,
          kills: 22,
          pause: [900, 2_600],
          victims: (fleet) => fleet.shops,
        },
        120_000,
      );
      expectBalance(aftermath, 520);
    },
    LIMIT,
  );

  it(
    'of the participants: S3 S6 every order ends, each effect happens once, nothing is half done',
    async () => {
      const aftermath = await killAtRandom(
        {
          seed: SEED + 1,
          orders: 300,
          ordersPerSecond: 10,
          kills: 22,
          pause: [600, 1_800],
          victims: (fleet) => fleet.participants,
        },
        120_000,
      );
      expectBalance(aftermath, 300);
    },
    LIMIT,
  );
});

function expectBalance({ books, killsInFlight, ended }: Aftermath, orders: number): void {
  expect(books.checks.filter((check) => check.wrong.length > 0)).toEqual([]);
  expect(Object.values(ended).reduce((sum, count) => sum + count, 0)).toBe(orders);
  expect(Object.keys(ended).sort()).toEqual(['compensated', 'completed', 'failed']);
  expect(killsInFlight).toBeGreaterThanOrEqual(20);
}
