import pg from 'pg';
import { postgres } from 'reprise/postgres';
import { scratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import { Page } from './markdown.js';

describe('the SQL of docs/operations.md', () => {
  let database: ScratchDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await scratchDatabase();
    const store = postgres({ url: database.url, listen: false });
    await store.open();
    await store.close();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });

  it.each(new Page('docs/operations.md').blocksOf('sql').map(({ text }) => [text.split('\n')[0]!, text]))(
    'runs on the tables as they are: %s',
    async (_title, sql) => {
      await client.query('begin');
      await client.query('create role app');
      await expect(client.query(sql)).resolves.toBeDefined();
      await client.query('rollback');
    },
  );
});
