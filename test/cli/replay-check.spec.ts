import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { HistoryEvent } from 'reprise/core';
import { reprise } from './run-cli.js';
import { Seeded } from './seeded.js';

const APP = 'test/cli/order.saga.ts#OrderModule';
const CHANGED = 'test/cli/changed-order.saga.ts#ChangedModule';

describe('reprise replay-check', () => {
  const seeded = new Seeded();
  let folder: string;
  beforeAll(async () => {
    await seeded.open();
    folder = await mkdtemp(path.join(os.tmpdir(), 'reprise-replay-'));
    await reprise(['export', '--out', path.join(folder, 'plain'), ...seeded.database]);
    await reprise(['export', '--out', path.join(folder, 'redacted'), '--redact', ...seeded.database]);
  });
  afterAll(async () => {
    await seeded.close();
    await rm(folder, { recursive: true });
  });
  const check = (place: string, app: string, ...args: string[]) =>
    reprise(['replay-check', path.join(folder, place), '--app', app, ...args]);

  it('D5 calls a history safe that the code of today decides in the same way', async () => {
    const { code, out } = await check('plain', APP);
    expect(code).toBe(0);
    expect(out).toMatch(/^safe +order\.place 1 order-17$/m);
    expect(out).toMatch(/^3 histories: 3 safe$/m);
  });

  it('D5 says at which call the ways part, with both sides', async () => {
    const { code, out } = await check('plain', CHANGED);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^needs a patch at call 1 +order\.place 1 order-17\n +Saga .*asks for step "send" as call 1, but its history recorded step "ship" as call 1 there\.\n +- recorded: .*\n +\+ code now: /m,
    );
    const { totals, histories } = JSON.parse((await check('plain', CHANGED, '--json')).out) as {
      totals: object;
      histories: { call: number; recorded: HistoryEvent; made: HistoryEvent }[];
    };
    expect(totals).toMatchObject({ safe: 0, 'needs-patch': 3 });
    expect(histories.map(({ call, recorded, made }) => [call, recorded.type, made.type])).toEqual([
      [1, 'StepScheduled', 'StepScheduled'],
      [1, 'WaitStarted', 'StepScheduled'],
      [1, 'StepScheduled', 'StepScheduled'],
    ]);
  });

  it('D8 names code that is not there', async () => {
    const next = await check('plain', 'test/cli/changed-order.saga.ts#NextOrderSaga');
    expect(next.code).toBe(1);
    expect(next.out).toContain('The application has saga "order.place" in version 2 and not in 1.');
    const golden = await reprise(['replay-check', 'test/replays', '--app', APP]);
    expect(golden.out).toMatch(/\n(\d+) histories: \1 unknown code\n$/);
  });

  it('D5 is not sure of a redacted one in which run() may have branched on what was taken out', async () => {
    const { code, out } = await check('redacted', APP);
    expect(code).toBe(1);
    // The order that waits is large, which nobody can see any more.
    expect(out).toMatch(/^3 histories: 2 safe, 1 unclear$/m);
  });

  it('says in one line what is wrong with a file or an application', async () => {
    const bad = path.join(folder, 'bad.json');
    const newer = path.join(folder, 'newer.json');
    const broken = path.join(folder, 'broken.mjs');
    await writeFile(bad, '{"format":"reprise.history/1","id":"a","turns":[{"at"');
    await writeFile(newer, '{"format":"reprise.history/9"}');
    await writeFile(broken, 'throw new Error("needs a database");');
    const cases: [string[], RegExp][] = [
      [[], /needs --app/],
      [['--app', APP], /needs histories/],
      [['nowhere', '--app', APP], /There is no file nowhere/],
      [[bad, '--app', APP], /bad\.json is not whole, or no JSON\. .*\(BAD_HISTORY_FILE\)/],
      [[newer, '--app', APP], /has the format reprise\.history\/9, and .*\(HISTORY_TOO_NEW\)/],
      [[bad, '--app', 'dist/none.js'], /There is no file dist\/none\.js.*\(APP_NOT_LOADED\)/],
      [[bad, '--app', 'test/cli/order.saga.ts#Ordr'], /exports no "Ordr"\. It exports .*OrderSaga/],
      [[bad, '--app', broken], /could not be loaded: needs a database\./],
      [[bad, '--app', 'test/cli/until.ts'], /has no saga/],
    ];
    for (const [args, says] of cases) {
      const { code, out, err } = await reprise(['replay-check', ...args]);
      expect({ args, code, out, lines: err.trim().split('\n').length }).toEqual({ args, code: 2, out: '', lines: 1 });
      expect(err).toMatch(says);
    }
  });

  it('makes a test of a history, and says whether it fails today', async () => {
    const { histories } = JSON.parse((await check('plain', APP, '--json')).out) as { histories: { file: string }[] };
    const spec = path.join(folder, 'specs/order-17.spec.ts');
    const from = ['test-from', histories[0]!.file, '--out', spec];
    const made = await reprise([...from, '--app', CHANGED]);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('It fails today: needs a patch at call 1.');
    const text = await readFile(spec, 'utf8');
    expect(text).toMatch(/import \{ ChangedModule \} from ".*\/test\/cli\/changed-order\.saga\.js";/);
    expect(text).toMatch(/it\("replays order\.place, version 1: order-17"/);
    await expect(readFile(path.join(folder, 'specs/order-17.history.json'), 'utf8')).resolves.toContain('"order-17"');
    expect((await reprise([...from, '--app', APP])).err).toContain('is there already');
    expect((await reprise([...from, '--app', APP, '--force', '--runner', 'vitest'])).out).toContain('It passes today.');
    await expect(readFile(spec, 'utf8')).resolves.toContain(`import { it } from 'vitest';`);
  });

  it('draws declared steps, and what an instance did', async () => {
    const declared = await reprise(['diagram', '--app', APP, '--saga', 'order.place']);
    expect(declared.out).toMatch(/^flowchart LR\n.*order\.place, version 1/);
    const { histories } = JSON.parse((await check('plain', APP, '--json')).out) as { histories: { file: string }[] };
    const fromFile = await reprise(['diagram', '--history', histories[0]!.file]);
    expect(fromFile.out).toMatch(/^sequenceDiagram\n/);
    expect(await reprise(['diagram', '--history', 'order-17', ...seeded.database])).toEqual(fromFile);
    expect((await reprise(['diagram', '--app', APP, '--saga', 'order.plce'])).err).toContain(
      'Did you mean "order.place"?',
    );
    expect((await reprise(['diagram'])).code).toBe(2);
    // A module with a store and a transport of its own: nothing is connected.
    const shop = await reprise(['diagram', '--app', 'test/docs/readme/shop.module.ts#ShopModule']);
    expect(shop.out).toContain('step0 -. undone by .->');
  });
});
