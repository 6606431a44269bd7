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
import { PARTICIPANTS, startFleet } from './demo/fleet.mjs';
import { goodbye, HELP, whatNow } from './demo/words.mjs';
import { freePort, isFree } from './ports.mjs';
import { demandBroker } from './demo/brokers.mjs';
import { openPostgres } from './postgres.mjs';

const { values: wish } = parseArgs({
  options: {
    model: { type: 'string', default: 'orchestrated' },
    kill: { type: 'string', multiple: true, default: [] },
    once: { type: 'boolean', default: false },
    orders: { type: 'string' },
    'fault-rate': { type: 'string', default: '0.05' },
    shops: { type: 'string' },
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

const MODELS = ['orchestrated', 'choreographed', 'coupled'];
/** Of coupled services nobody goes on with what one of them has left: the books are read when nothing has moved for so long, in milliseconds. */
const STANDSTILL = 40_000;
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
  const { model, shops, dies } = cast();
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
    model,
    shops,
    dies,
    faultRate,
    shopPort: Number(process.env.SHOP_SHOP_PORT) || ((await isFree(4100)) ? 4100 : await freePort()),
    tell: progress,
    transport: wish.transport,
  });
  progress(`the ${model} shop is ready; ${(faultRate * 100).toFixed(0)} % of the requests will be spoiled on purpose`);

  const count = wish.orders === undefined ? undefined : number('orders', 0, 100_000);
  const orders = shippedOrders(run, count, number('approval-timeout', 1, 1e9));
  board = await Board.open(postgres.url, run, model);
  const approving = approveOrders(fleet, ending.signal);
  const placing = placeOrders(fleet, orders, { perSecond: number('rate', 0.1, 10_000) });
  const counts = await followUntilAllEnded(orders.length, placing);
  if (!counts) return; // interrupted
  for (const { name, restarts } of fleet.services) {
    if (dies[name] && restarts === 0) progress(`${name} was not killed: it has done fewer than ${dies[name]} requests`);
  }

  console.log(`\n${await board.again(model)}`);
  console.log(`The books, read from the services' own tables (node scripts/check-books.mjs does the same):`);
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
  console.log(whatNow(fleet, postgres, path.join(wish.data, 'logs'), model));
  await approving;
}

/** Who plays, and who dies when. */
function cast() {
  if (!MODELS.includes(wish.model)) throw new Error(`--model is "${wish.model}", none of ${MODELS.join(', ')}.`);
  const alone = wish.model !== 'orchestrated';
  wish.shops ??= alone ? '1' : '2';
  if (alone && wish.shops !== '1') throw new Error(`The ${wish.model} shop has one process: leave --shops away.`);
  if (wish.model === 'coupled' && ['grpc', 'kafka'].includes(wish.transport)) {
    throw new Error(`The coupled shop does not talk over ${wish.transport}. Use tcp, nats, rabbitmq, redis or mqtt.`);
  }
  const dies = {};
  for (const text of wish.kill) {
    const [, name, at = '20'] = /^(\w+)(?::([1-9]\d{0,5}))?$/.exec(text) ?? [];
    if (!PARTICIPANTS.includes(name)) {
      throw new Error(`--kill is "${text}": name one of ${PARTICIPANTS.join(', ')}, as in payment or payment:20.`);
    }
    dies[name] = Number(at);
  }
  return { model: wish.model, shops: number('shops', 1, 8), dies };
}

/** Shows what happens until every order has ended. Answers the last figures, or nothing when it was interrupted. */
async function followUntilAllEnded(expected, placing) {
  let failure;
  placing.catch((error) => (failure = error));
  let first = true;
  let [last, moved] = ['', Date.now()];
  for (;;) {
    if (failure) throw failure;
    const counts = await board.refresh();
    if (first && counts.completed > 0) {
      first = false;
      progress('the first order is completed');
    }
    if (counts.placed >= expected && counts.open === 0) break;
    const state = JSON.stringify([counts.placed, counts.open]);
    if (state !== last) [last, moved] = [state, Date.now()];
    if (wish.model === 'coupled' && Date.now() - moved > STANDSTILL) break;
    await wait(500, undefined, { signal: ending.signal }).catch(() => undefined);
    if (ending.signal.aborted) return undefined;
  }
  if (wish.model === 'coupled') await wait(1_000); // what is still under way in the services, nobody knows
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
