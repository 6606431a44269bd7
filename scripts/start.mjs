// `npm start`: the shop, running for real, with nothing installed but Node.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkBooks, describeBooks } from './check-books.mjs';
import { Board } from './demo/board.mjs';
import { buildIfStale } from './build.mjs';
import { approveOrders, placeOrders, shippedOrders } from './demo/customers.mjs';
import { startFleet } from './demo/fleet.mjs';
import { goodbye, HELP, whatNow } from './demo/words.mjs';
import { freePort, isFree } from './ports.mjs';
import { demandBroker } from './demo/brokers.mjs';
import { openPostgres } from './postgres.mjs';

const { values: wish } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    orders: { type: 'string' },
    'fault-rate': { type: 'string', default: '0.05' },
    shops: { type: 'string', default: '2' },
    rate: { type: 'string', default: '25' },
    transport: { type: 'string', default: process.env.SHOP_TRANSPORT || 'tcp' },
    data: { type: 'string', default: fileURLToPath(new URL('../.reprise/', import.meta.url)) },
    'approval-timeout': { type: 'string', default: '15000' },
    help: { type: 'boolean', default: false },
  },
});
if (wish.help) {
  console.log(HELP);
  process.exit(0);
}

const began = Date.now();
const tell = (line) => (board ? board.say(line) : console.log(line));
const progress = (line) => tell(`${String(Math.round((Date.now() - began) / 1_000)).padStart(4)} s  ${line}`);
const ending = new AbortController();
let board;
let postgres;
let fleet;
let closing;

/** Ends everything in the order in which it depends on each other. */
function close() {
  closing ??= (async () => {
    ending.abort();
    await fleet?.stop();
    await board?.close().catch(() => undefined);
    await postgres?.stop();
  })();
  return closing;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (!closing) tell('\nstopping …');
    void close().then(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
}

async function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node 20.19 or newer is needed; this is ${process.version}.`);
  const faultRate = number('fault-rate', 0, 1);
  const run = `r${Date.now().toString(36)}`;
  await demandBroker(wish.transport);
  const token = process.env.SHOP_TOKEN || randomBytes(12).toString('base64url');

  progress(process.env.DATABASE_URL ? 'using the PostgreSQL of DATABASE_URL' : 'starting PostgreSQL (embedded)');
  const [server] = await Promise.all([
    openPostgres({ folder: path.join(wish.data, 'postgres'), tell: progress }),
    buildIfStale(progress),
  ]);
  postgres = server;
  progress('starting product, cart, inventory, payment, shipping and the shop');
  fleet = await startFleet({
    url: postgres.url,
    token,
    season: run,
    logs: path.join(wish.data, 'logs'),
    shops: number('shops', 1, 8),
    faultRate,
    shopPort: Number(process.env.SHOP_SHOP_PORT) || ((await isFree(4100)) ? 4100 : await freePort()),
    tell: progress,
    transport: wish.transport,
  });
  progress(`everything is ready; ${(faultRate * 100).toFixed(0)} % of the requests will be spoiled on purpose`);

  const count = wish.orders === undefined ? undefined : number('orders', 0, 100_000);
  const orders = shippedOrders(run, count, number('approval-timeout', 1, 1e9));
  board = await Board.open(postgres.url, run);
  const approving = approveOrders(fleet, ending.signal);
  const placing = placeOrders(fleet, orders, { perSecond: number('rate', 0.1, 10_000) });
  const counts = await followUntilAllEnded(orders.length, placing);
  if (!counts) return; // interrupted

  console.log(`\nThe books, read from the services' own tables (node scripts/check-books.mjs does the same):`);
  const report = await checkBooks(postgres.url, run);
  console.log(describeBooks(report));
  const idle = orders.length > 0 && counts.completed === 0;
  if (idle) console.log('  NO ORDER WAS COMPLETED: books without entries prove nothing.');
  if (wish.once) {
    await close();
    await approving;
    process.exitCode = report.balanced && !idle ? 0 : 1;
    return;
  }
  console.log(whatNow(fleet, postgres, path.join(wish.data, 'logs')));
  await approving;
}

/** Shows what happens until every order has ended. Answers the last figures, or nothing when it was interrupted. */
async function followUntilAllEnded(expected, placing) {
  let failure;
  placing.catch((error) => (failure = error));
  let first = true;
  for (;;) {
    if (failure) throw failure;
    const counts = await board.refresh();
    if (first && counts.completed > 0) {
      first = false;
      progress('the first order is completed');
    }
    if (counts.placed >= expected && counts.open === 0) break;
    await wait(500, undefined, { signal: ending.signal }).catch(() => undefined);
    if (ending.signal.aborted) return undefined;
  }
  return board.refresh({ now: true });
}

function number(name, least, most) {
  const value = Number(wish[name]);
  if (!(value >= least && value <= most)) throw new Error(`--${name} must be a number from ${least} to ${most}.`);
  return value;
}

main().catch(async (error) => {
  if (!ending.signal.aborted) console.error(`\n${error.message}`);
  process.exitCode = 1;
  await close();
  console.error(goodbye(path.join(wish.data, 'logs')));
  process.exit(1);
});
