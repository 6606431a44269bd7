import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readHistories, type HistoryFile } from 'reprise/core';
import { replayHistory } from 'reprise/testing';
import { sagaDefinition } from 'reprise/decorators';
import { scratchDatabase } from '../support/scratch-database.js';
import { codec } from './codec.js';
import { OrderSaga } from './order.saga.js';
import { reprise } from './run-cli.js';
import { Seeded } from './seeded.js';

const CONNECTION = '--database-url';
const definition = sagaDefinition(OrderSaga);

describe('reprise export', () => {
  const seeded = new Seeded();
  let folder: string;
  beforeAll(async () => {
    await seeded.open();
  });
  afterAll(() => seeded.close());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'reprise-export-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const exported = async (...args: string[]) => {
    const answer = await reprise(['export', '--out', folder, ...args, ...seeded.database]);
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
    const histories = new Map<string, HistoryFile>();
    for (const name of names) {
      const [history] = readHistories(await readFile(path.join(folder, name), 'utf8'), name);
      histories.set(name, history!);
    }
    return {
      ...answer,
      names: names.sort(),
      histories: [...histories.values()],
    };
  };

  it('D5 writes every history to a file that replays', async () => {
    const { code, out, names, histories } = await exported();
    expect({ code, out }).toEqual({
      code: 0,
      out: `3 histories in ${folder}\n`,
    });
    expect(names.map((name) => name.split('.').slice(0, -2).join('.'))).toEqual([
      'order.place/order-17',
      'order.place/order-18',
      'order.place/order-19',
    ]);
    for (const { id, run, turns } of histories) await replayHistory({ definition, id, run }, turns);
  });

  it('takes those that are asked for, and answers programs', async () => {
    const byState = await exported('--state', 'incident', '--saga', 'order.place', '--since', '1h', '--json');
    expect(JSON.parse(byState.out)).toEqual({
      exported: 1,
      folder,
      redacted: false,
      encoded: 0,
    });
    expect(byState.histories.map(({ id }) => id)).toEqual(['order-19']);
    expect((await exported('--id', 'order-18', '--id', 'order-17')).out).toContain('2 histories');
    expect((await exported('--tag', 'customer=bob', '--tag', 'total=4000')).out).toContain('1 history');
    expect((await exported('--limit', '2')).out).toContain('2 histories');
    expect((await exported('--until', '2020-01-01')).out).toContain('0 histories');
  });

  it('D5 leaves no value in a redacted one, which replays by kinds and names where what run() branches on is kept', async () => {
    const { histories } = await exported('--redact', '--keep', 'kind');
    const text = JSON.stringify(histories);
    expect(text).not.toMatch(/ada|bob|moon|4000|order-1|carrier|stack/);
    expect(text).toContain('"kind":"large"');
    expect(text).toContain('"total":1000');
    for (const { id, run, turns, redacted } of histories)
      await replayHistory({ definition, id, run, redacted: redacted! }, turns);
  });

  it('says in one line what is wrong', async () => {
    const cases: [string[], number, RegExp][] = [
      [['export'], 2, /^reprise: export needs --out <dir>\. See .* \(BAD_USAGE\)\n$/],
      [['export', '--out', folder, '--sga', 'x'], 2, /no option --sga\. Did you mean --saga\?/],
      [['export', '--out', folder, '--keep', 'x'], 2, /--keep goes with --redact/],
      [['export', '--out', folder], 2, /Set DATABASE_URL/],
      [['export', '--out', folder, '--since', 'soon', ...seeded.database], 2, /--since "soon" is no time/],
      [['export', '--out', folder, '--state', 'lost', ...seeded.database], 2, /INVALID_FILTER/],
      [['export', '--out', folder, '--id', 'nobody', ...seeded.database], 4, /UNKNOWN_INSTANCE/],
      [['export', '--out', folder, CONNECTION, 'postgres://127.0.0.1:1/none'], 3, /STORE_UNAVAILABLE/],
      [['export', '--out', folder, CONNECTION, seeded.scratch.url, '--schema', 'empty_one'], 3, /npx reprise migrate/],
    ];
    for (const [args, code, err] of cases)
      expect({ args, ...(await reprise(args)) }).toEqual({
        args,
        code,
        out: '',
        err: expect.stringMatching(err),
      });
  });
});

describe('reprise export of encrypted payloads', () => {
  const seeded = new Seeded(codec);
  let folder: string;
  beforeAll(async () => {
    await seeded.open();
    folder = await mkdtemp(path.join(os.tmpdir(), 'reprise-encrypted-'));
  });
  afterAll(async () => {
    await seeded.close();
    await rm(folder, { recursive: true });
  });
  const read = 'test/cli/codec.ts#codec';

  it('I2 leaves them as they are stored, and says so, unless it has the codec', async () => {
    const stored = path.join(folder, 'stored');
    const { code, err } = await reprise(['export', '--out', stored, ...seeded.database]);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining('3 of them hold payloads that a codec wrote'),
    });
    const app = ['--app', 'test/cli/order.saga.ts#OrderModule'];
    const unread = await reprise(['replay-check', stored, ...app]);
    expect({ code: unread.code, out: unread.out }).toEqual({
      code: 1,
      out: expect.stringContaining('3 unreadable'),
    });
    const decoded = path.join(folder, 'decoded');
    expect((await reprise(['export', '--out', decoded, '--codec', read, ...seeded.database])).err).toBe('');
    expect((await reprise(['replay-check', decoded, ...app])).out).toContain('3 histories: 3 safe');
  });

  it('I2 redacts nothing that it cannot read', async () => {
    const redact = ['export', '--redact', '--out', path.join(folder, 'redacted'), ...seeded.database];
    expect(await reprise(redact)).toMatchObject({
      code: 4,
      err: expect.stringMatching(/a codec.*\(PAYLOAD_UNREADABLE\)/),
    });
    expect(await reprise([...redact, '--codec', read])).toMatchObject({
      code: 0,
      err: '',
    });
    expect((await reprise([...redact, '--codec', 'test/cli/until.ts#until'])).err).toContain('is no payload codec');
  });
});

describe('reprise migrate', () => {
  it('says what is missing, applies it, and finds nothing to do the next time', async () => {
    const database = await scratchDatabase();
    try {
      const env = { DATABASE_URL: database.url };
      const dry = await reprise(['migrate', '--dry-run'], { env });
      expect(dry.out).toMatch(/^missing 0001 histories\n/);
      const applied = await reprise(['migrate', '--json'], { env });
      expect(JSON.parse(applied.out)).toMatchObject({
        schema: 'reprise',
        applied: [
          { number: 1, name: 'histories' },
          ...dry.out
            .trim()
            .split('\n')
            .slice(1)
            .map(() => ({})),
        ],
      });
      expect(await reprise(['migrate'], { env })).toEqual({
        code: 0,
        out: 'The schema reprise is up to date.\n',
        err: '',
      });
    } finally {
      await database.drop();
    }
  });
});
