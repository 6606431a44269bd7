// One row per turn, or one row per event? The figures of docs/decisions/01-one-row-per-turn.md.
//   DATABASE_URL=postgres://… node test/bench/row-shape.mjs
// Both shapes get the same turns (a step's completion and the next step's intent), in batches of one statement each, text arrays, one
// connection, the shapes taking turns batch by batch; medians. What counts is the ratio. It does not measure the fence, which costs the
// same per turn in both shapes.
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const ROUNDS = 5;
const BATCHES_PER_ROUND = 30;
const BATCH = 200;

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const schema = `row_shape_${process.pid}`;
await client.query(`create schema ${schema}`);
await client.query(
  `create table ${schema}.turn (shard smallint, run uuid, seq integer, at bigint, events json, primary key (shard, run, seq))`,
);
await client.query(
  `create table ${schema}.event (shard smallint, run uuid, seq integer, at bigint, event json, primary key (shard, run, seq))`,
);

const shapes = {
  turn: {
    insert: `insert into ${schema}.turn select * from unnest($1::smallint[], $2::uuid[], $3::integer[], $4::bigint[], $5::json[])`,
    read: `select at, events from ${schema}.turn where shard = $1 and run = $2 order by seq`,
    rows: (run, number, events) => [{ run, seq: number, json: JSON.stringify(events) }],
  },
  event: {
    insert: `insert into ${schema}.event select * from unnest($1::smallint[], $2::uuid[], $3::integer[], $4::bigint[], $5::json[])`,
    read: `select at, event from ${schema}.event where shard = $1 and run = $2 order by seq`,
    rows: (run, number, events) =>
      events.map((event, i) => ({ run, seq: number * events.length + i, json: JSON.stringify(event) })),
  },
};

const figures = { turn: [], event: [] };
for (let round = 0; round < ROUNDS; round++) {
  const runs = Array.from({ length: BATCH }, () => timeOrdered());
  for (let number = 0; number < BATCHES_PER_ROUND; number++) {
    for (const name of number % 2 ? ['event', 'turn'] : ['turn', 'event']) {
      const rows = runs.flatMap((run) => shapes[name].rows(run, number, eventsOf(number)));
      const columns = [rows.map(() => 7), rows.map(({ run }) => run), rows.map(({ seq }) => seq)];
      const values = [...columns, rows.map(() => Date.now()), rows.map(({ json }) => json)];
      const wal = await walPosition();
      const began = performance.now();
      await client.query({ name: `insert-${name}`, text: shapes[name].insert, values });
      const write = performance.now() - began;
      figures[name].push({ write, wal: ((await walPosition()) - wal) / BATCH });
    }
  }
  for (const run of runs) {
    for (const name of ['turn', 'event']) {
      const began = performance.now();
      await client.query({ name: `read-${name}`, text: shapes[name].read, values: [7, run] });
      figures[name].push({ read: performance.now() - began });
    }
  }
}

for (const name of Object.keys(shapes)) {
  const total = `select pg_total_relation_size('${schema}.${name}')::float8 / $1 as bytes`;
  const { rows } = await client.query(total, [ROUNDS * BATCH * BATCHES_PER_ROUND]);
  console.log(
    `one row per ${name.padEnd(5)}  ${Math.round((BATCH / median(name, 'write')) * 1000).toLocaleString('en')} turns/s  ` +
      `${Math.round(rows[0].bytes)} bytes and ${Math.round(median(name, 'wal'))} bytes of WAL per turn  ` +
      `${median(name, 'read').toFixed(2)} ms to read a history of ${BATCHES_PER_ROUND} turns`,
  );
}
await client.query(`drop schema ${schema} cascade`);
await client.end();

function eventsOf(number) {
  return [
    { type: 'StepCompleted', call: number, attempt: 1, result: { reservation: `r-${number}`, warehouse: 'north' } },
    { type: 'StepScheduled', call: number + 1, step: 'chargeCard', input: [{ order: 'order-4711', amount: 12_990 }] },
  ];
}

function median(name, figure) {
  const all = figures[name].map((each) => each[figure]).filter((value) => value !== undefined);
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
}

function timeOrdered() {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

async function walPosition() {
  const { rows } = await client.query(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as position`);
  return rows[0].position;
}
