import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { buildIfStale } from '../../scripts/build.mjs';
import { checkBooks } from '../../scripts/check-books.mjs';
import { type Fleet, startFleet } from '../../scripts/demo/fleet.mjs';
import { scratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';

/** In milliseconds: six processes start, and two of them again, which is slow on a machine that has other work. */
const LIMIT = 180_000;
const OUTBOXES = ['shop', 'product', 'cart', 'inventory', 'payment', 'shipping'].map((service) => `${service}_outbox`);

interface Story {
  readonly region?: string;
  readonly sku?: string;
}

describe('a purchase in which services die between what they do and their answer', () => {
  let database: ScratchDatabase;
  let client: pg.Client;
  let fleet: Fleet;
  let logs: string;

  beforeAll(() => buildIfStale(() => undefined), LIMIT);

  async function open(model: string, dies: Record<string, number>): Promise<void> {
    database = await scratchDatabase();
    logs = await mkdtemp(path.join(os.tmpdir(), 'reprise-models-'));
    const token = 'a token for a test';
    fleet = await startFleet({ url: database.url, token, season: 'one', logs, shops: 1, model, dies });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  }
  afterEach(async () => {
    await fleet.stop();
    await client.end();
    await database.drop();
    await rm(logs, { recursive: true, force: true });
  });

  /** Places one order and answers its end. */
  async function buy(id: string, { region = 'north', sku = 'cup-white' }: Story = {}): Promise<string> {
    const lines = [{ sku, quantity: 1 }];
    const order = { id, customerId: 'c-007', cartId: `cart-${id}`, region, lines, approvalWithin: 500 };
    expect((await fleet.request('POST', '/orders', order)).status).toBe(201);
    for (const limit = Date.now() + LIMIT; ; await wait(50)) {
      const { rows } = await client.query<{ status: string; closed: boolean }>(
        'select status, closed_at is not null as closed from shop.purchase where order_id = $1',
        [id],
      );
      if (rows[0]?.closed) return rows[0].status;
      if (Date.now() > limit) throw new Error(`Order ${id} has not ended: ${rows[0]?.status}`);
    }
  }

  it(
    'M6 S3 choreographed: every cue comes again, each effect happens once, what fails is undone, and a flow can be followed',
    async () => {
      // At its first reservation; and when it gives the money of the second order back.
      await open('choreographed', { inventory: 1, payment: 3 });
      expect(await buy('first')).toBe('completed');
      expect(await buy('nobody-ships', { region: 'moon' })).toBe('compensated');
      expect(await buy('nobody-approves', { sku: 'machine-lever' })).toBe('compensated');
      expect(Object.fromEntries(fleet.participants.map(({ name, restarts }) => [name, restarts]))).toEqual({
        product: 0,
        cart: 0,
        inventory: 1,
        payment: 1,
        shipping: 0,
      });
      const { checks, halfDone } = await checkBooks(database.url);
      expect(checks.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
      expect(halfDone).toEqual([]);

      const cues = OUTBOXES.map((schema) => `select id, key, event, links from ${schema}.cue`).join(' union all ');
      const { rows } = await client.query(
        `with cue as (${cues})
         select key, array_agg(distinct links->>'correlation') as correlations, count(distinct links->>'flow')::int as flows,
                count(*) filter (where links->>'causation' not in (select id from cue))::int as unexplained
           from cue group by key order by key`,
      );
      expect(rows).toEqual([
        { key: 'first', correlations: ['first'], flows: 1, unexplained: 0 },
        { key: 'nobody-approves', correlations: ['nobody-approves'], flows: 1, unexplained: 0 },
        { key: 'nobody-ships', correlations: ['nobody-ships'], flows: 1, unexplained: 0 },
      ]);
    },
    LIMIT,
  );

  it(
    'coupled: the customer is told that it failed, has paid, and gets a parcel; the books say so by name',
    async () => {
      await open('coupled', { payment: 2 });
      expect(await buy('first')).toBe('completed');
      expect(await buy('unlucky')).toBe('failed');
      const { balanced, checks, halfDone } = await checkBooks(database.url);
      expect(halfDone).toEqual([
        { id: 'unlucky', status: 'failed', reason: expect.any(String), standing: ['charged 7.50', 'parcel under way'] },
      ]);
      expect(balanced).toBe(false);
      expect(checks.filter(({ wrong }) => wrong.length > 0).map(({ name }) => name)).toEqual([
        'all other ended orders are undone in every service',
        'stock taken = goods shipped, for every article of every ended order',
        'money taken = orders completed, at the catalogue price of what was shipped',
      ]);
    },
    LIMIT,
  );
});
