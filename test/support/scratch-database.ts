import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface ScratchDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of one's own on the server of `DATABASE_URL`, for specs that use fixed schema names. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const url = new URL(process.env['DATABASE_URL']!);
  const name = `reprise_${randomBytes(6).toString('hex')}`;
  await administer(url.href, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => administer(url.href, `drop database if exists ${name} with (force)`) };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
