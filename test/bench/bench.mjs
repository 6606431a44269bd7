// npm run bench: what a durable step costs, as ratios against floors that are measured in the same run.
//   --sagas N    sagas in a throughput round (default 6000)
//   --rounds N   rounds, of which the medians are shown (default 3)
//   --transports NAMES   remote steps instead, over these (`all`, or as TCP,NATS)
//   --seconds N  of each measurement of remote steps (default 5)
import os from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openPostgres } from '../../scripts/postgres.mjs';
import { batchedCommits, singleCommits } from './floor.mjs';
import { roundTrips } from './round-trips.mjs';
import { measure, openEngine, sequence, waiting } from './sagas.mjs';

const { values } = parseArgs({
  options: {
    sagas: { type: 'string', default: '6000' },
    rounds: { type: 'string', default: '3' },
    transports: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run bench -- [--sagas 6000] [--rounds 3]\nnpm run bench -- --transports all [--seconds 5] [--rounds 3]\nDATABASE_URL chooses the server; without it the embedded PostgreSQL is used.',
  );
  process.exit(0);
}
const SAGAS = Number(values.sagas);
const ROUNDS = Number(values.rounds);
const STEPS = 5;
const FLIGHT = 100;
const ALONE = 300;
const WAITING = 5_000;

const server = await openPostgres();
const admin = new pg.Client({ connectionString: server.url });
await admin.connect();
const drop = (schema) => admin.query(`drop schema if exists ${schema} cascade`);
const one = async (sql, args) => Object.values((await admin.query(sql, args)).rows[0])[0];
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

if (values.transports) {
  await roundTrips(values.transports === 'all' ? undefined : values.transports, {
    rounds: ROUNDS,
    seconds: Number(values.seconds),
    flight: FLIGHT,
    database: server.url,
    median,
    drop,
  });
  await admin.end();
  await server.stop();
  process.exit(0);
}

const contenders = {
  'floor: one commit per step': (schema) => singleCommits(server.url, schema, STEPS),
  'floor: all rows of a round trip in one commit': (schema) => batchedCommits(server.url, schema, STEPS),
  Reprise: (schema) => openEngine(server.url, schema, sequence(STEPS)),
};

/** One contender at a time, in turn, so that a disturbance of the machine does not hit one alone. */
const figures = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, open] of Object.entries(contenders)) {
    const schema = 'reprise_bench';
    await drop(schema);
    const contender = await open(schema);
    await measure(contender.saga, 600, FLIGHT, STEPS);
    await admin.query('checkpoint');
    const wal = await one('select pg_current_wal_lsn()');
    const size = await bytesOf(schema);
    const busy = await measure(contender.saga, SAGAS, FLIGHT, STEPS);
    const walPerSaga = Number(await one('select pg_wal_lsn_diff(pg_current_wal_lsn(), $1)', [wal])) / SAGAS;
    const bytesPerSaga = ((await bytesOf(schema)) - size) / SAGAS;
    const alone = await measure(contender.saga, ALONE, 1, STEPS);
    await contender.close();
    figures[name].push({ ...busy, walPerSaga, bytesPerSaga, aloneP50: alone.p50 / STEPS, aloneP99: alone.p99 / STEPS });
    console.error(`round ${round + 1} of ${ROUNDS}: ${name}: ${Math.round(busy.stepsPerSecond)} steps/s`);
  }
}
await drop('reprise_bench');

const settings = await admin.query(
  "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'server_version')",
);
console.log(
  `\n${os.cpus().length} cores (${os.cpus()[0].model}), Node ${process.version}, PostgreSQL ${settings.rows.map(({ name, setting }) => `${name} ${setting}`).join(', ')}`,
);
console.log(
  `${STEPS} local no-op steps per saga, results of about 100 bytes; ${SAGAS} sagas a round, medians of ${ROUNDS} rounds\n`,
);
const single = median(figures['floor: one commit per step'].map(({ stepsPerSecond }) => stepsPerSecond));
console.log(
  `| ${FLIGHT} sagas in flight | steps/s | ratio | saga p50 / p99 ms | bytes / WAL bytes per saga | node µs per step | alone: p50 / p99 ms per step |`,
);
console.log('|---|--:|--:|--:|--:|--:|--:|');
for (const [name, rounds] of Object.entries(figures)) {
  const m = (key, digits = 0) => median(rounds.map((round) => round[key])).toFixed(digits);
  const ratio = (median(rounds.map(({ stepsPerSecond }) => stepsPerSecond)) / single).toFixed(2);
  console.log(
    `| ${name} | ${m('stepsPerSecond')} | ${ratio} | ${m('p50', 1)} / ${m('p99', 1)} | ${m('bytesPerSaga')} / ${m('walPerSaga')} | ${m('nodeMicrosecondsPerStep')} | ${m('aloneP50', 2)} / ${m('aloneP99', 2)} |`,
  );
}
await memoryOfWaiting();
await admin.end();
await server.stop();

async function bytesOf(schema) {
  return Number(
    await one(
      `select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1 and c.relkind in ('r', 'm')`,
      [schema],
    ),
  );
}

/** What an instance that waits for a signal costs, while it is in memory and after it became a row. */
async function memoryOfWaiting() {
  if (!globalThis.gc) return;
  const heap = () => {
    for (let i = 0; i < 3; i++) globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const schema = 'reprise_bench';
  const per = {};
  for (const [what, keep] of Object.entries({ 'in memory': '1 hour', 'as a row': '1ms' })) {
    await drop(schema);
    const world = await openEngine(server.url, schema, waiting(), { keep });
    const before = heap();
    let next = 0;
    await Promise.all(
      Array.from({ length: FLIGHT }, async () => {
        while (next++ < WAITING) await world.engine.start(world.definition, {});
      }),
    );
    const rows = `select count(*) from ${schema}.event where type = 'WaitStarted'`;
    while (Number(await one(rows)) < WAITING || (keep === '1ms' && world.engine.resident > 0))
      await new Promise((resolve) => setTimeout(resolve, 100));
    per[what] = Math.max(0, Math.round((heap() - before) / WAITING));
    await world.close();
  }
  await drop(schema);
  console.log(
    `\nAn instance that waits: ${per['in memory']} bytes of heap while it is in memory, ${per['as a row']} once it is only a row (${WAITING} instances).`,
  );
}
