// The floors: loops that only make things durable, to tell what the machine can do. Not products: no replay, no recovery, no leases.
import pg from 'pg';
import { result } from './sagas.mjs';

const TABLES = (schema) => `
create schema ${schema};
create table ${schema}.saga (id bigint primary key, done boolean not null default false);
create table ${schema}.step (saga bigint, seq int, result json, primary key (saga, seq))`;

/** One commit for the start, for each step and for the end of every saga, over a pool of 20 connections. */
export async function singleCommits(url, schema, steps) {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  await pool.query(TABLES(schema));
  let ids = 0;
  return {
    async saga() {
      const id = ++ids;
      await pool.query({ name: 'start', text: `insert into ${schema}.saga (id) values ($1)`, values: [id] });
      for (let i = 0; i < steps; i++) {
        const values = [id, i, JSON.stringify(result(i))];
        await pool.query({ name: 'step', text: `insert into ${schema}.step values ($1, $2, $3)`, values });
      }
      await pool.query({ name: 'end', text: `update ${schema}.saga set done = true where id = $1`, values: [id] });
    },
    close: () => pool.end(),
  };
}

/** The same rows, all that are pending in one statement per round trip, over one connection. */
export async function batchedCommits(url, schema, steps) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES(schema));
  let ids = 0;
  let pending = [];
  let busy = false;
  const text = `with a as (insert into ${schema}.saga (id) select unnest($1::bigint[])),
    b as (insert into ${schema}.step select * from unnest($2::bigint[], $3::int[], $4::json[]))
    update ${schema}.saga set done = true where id = any($5::bigint[])`;
  const flush = async () => {
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      const of = (kind) => batch.filter((write) => write.kind === kind);
      const stepped = of('step');
      const values = [
        of('start').map(({ id }) => id),
        stepped.map(({ id }) => id),
        stepped.map(({ i }) => i),
        stepped.map(({ json }) => json),
        of('end').map(({ id }) => id),
      ];
      await client.query({ name: 'flush', text, values });
      for (const { resolve } of batch) resolve();
    }
    busy = false;
  };
  const write = (what) =>
    new Promise((resolve) => {
      pending.push({ ...what, resolve });
      if (busy) return;
      busy = true;
      setImmediate(flush);
    });
  return {
    async saga() {
      const id = ++ids;
      await write({ kind: 'start', id });
      for (let i = 0; i < steps; i++) await write({ kind: 'step', id, i, json: JSON.stringify(result(i)) });
      await write({ kind: 'end', id });
    },
    close: () => client.end(),
  };
}
