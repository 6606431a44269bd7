import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { type Books, checkBooks, describeBooks } from '../../scripts/check-books.mjs';
import { approveOrders, placeOrders, shippedOrders } from '../../scripts/demo/customers.mjs';
import { type Fleet, type Service, startFleet } from '../../scripts/demo/fleet.mjs';
import { seededRandom } from '../../scripts/seeded-random.mjs';
import { scratchDatabase } from '../support/scratch-database.js';

/** How long a big order waits for approval, in milliseconds: some are forgotten on purpose. */
const APPROVAL_WITHIN = 4_000;

export interface Plan {
  readonly seed: number;
  readonly orders: number;
  readonly ordersPerSecond: number;
  readonly kills: number;
  /** The wait before a kill, in milliseconds: from, to. */
  readonly pause: readonly [number, number];
  readonly victims: (fleet: Fleet) => readonly Service[];
  /** As for `npm start -- --transport`. Default TCP. */
  readonly transport?: string;
}

export interface Aftermath {
  readonly books: Books;
  readonly kills: number;
  /** How many kills hit while orders were open. */
  readonly killsInFlight: number;
  readonly ended: Readonly<Record<string, number>>;
}

/** Runs the shop in a database of its own, places orders, kills processes at random moments, and waits until every order has ended. */
export async function killAtRandom(plan: Plan, endLimit: number): Promise<Aftermath> {
  const random = seededRandom(plan.seed);
  const database = await scratchDatabase();
  const logs = await mkdtemp(path.join(os.tmpdir(), 'reprise-kill-'));
  const ending = new AbortController();
  const client = new pg.Client({ connectionString: database.url });
  let fleet: Fleet | undefined;
  let kept = '';
  try {
    const run = `r${plan.seed.toString(36)}`;
    const token = 'a token for a test';
    const shops = { shops: 2, faultRate: 0.02, ...(plan.transport === undefined ? {} : { transport: plan.transport }) };
    fleet = await startFleet({ url: database.url, token, season: run, logs, ...shops });
    await client.connect();
    const approving = approveOrders(fleet, ending.signal);
    const placing = placeOrders(fleet, shippedOrders(run, plan.orders, APPROVAL_WITHIN), {
      atOnce: 32,
      perSecond: plan.ordersPerSecond,
    });
    const started = Date.now();
    let killsInFlight = 0;
    const killing = (async () => {
      for (let kill = 1; kill <= plan.kills; kill++) {
        const [least, most] = plan.pause;
        await wait(least + random() * (most - least));
        const victims = plan.victims(fleet);
        const first = Math.floor(random() * victims.length);
        if ((await openOrders(client)) > 0) killsInFlight++;
        // One that is dead already, and not yet back, is passed over.
        victims.some((_, next) => victims[(first + next) % victims.length]!.kill());
      }
    })();
    await Promise.all([placing, killing]);
    const limit = started + endLimit;
    while ((await openOrders(client)) > 0 && Date.now() < limit) await wait(250);
    ending.abort();
    await approving;
    const books = await checkBooks(database.url);
    if (!books.balanced) kept = ` The services' logs are in ${logs}.`;
    const { rows } = await client.query<{ status: string; orders: number }>(
      'select status, count(*)::int as orders from reprise.instance group by 1 order by 1',
    );
    const ended = Object.fromEntries(rows.map((row) => [row.status, row.orders]));
    const seconds = ((Date.now() - started) / 1_000).toFixed(0);
    process.stdout.write(
      `seed ${plan.seed}: ${plan.kills} kills (${killsInFlight} with orders in flight) in ${seconds} s, ${JSON.stringify(ended)}\n` +
        `${describeBooks(books)}\n${kept}`,
    );
    return { books, kills: plan.kills, killsInFlight, ended };
  } finally {
    ending.abort();
    await fleet?.stop();
    await client.end().catch(() => undefined);
    await database.drop();
    if (!kept) await rm(logs, { recursive: true, force: true });
  }
}

async function openOrders(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ open: number }>(
    'select count(*)::int as open from reprise.instance where closed_at is null',
  );
  return rows[0]!.open;
}
