import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SUBPATHS } from '../../scripts/house-rules.mjs';
import { scratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const NPM = process.env['npm_execpath']?.endsWith('.js') ? [process.execPath, process.env['npm_execpath']] : ['npm'];
const MINUTE = 60_000;

/** What a Nest 12 application and its tests have. No typeorm and no @nestjs/microservices: both are optional. */
const NEEDED = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/testing',
  'reflect-metadata',
  'rxjs',
  'pg',
  '@types/node',
  '@types/pg',
];

describe('the published package', () => {
  let folder: string;
  let database: ScratchDatabase;
  const npm = (args: string[], cwd: string) =>
    run(NPM[0]!, [...NPM.slice(1), ...args], { cwd, timeout: 4 * MINUTE, maxBuffer: 1e8 });
  const node = (...args: string[]) =>
    run(process.execPath, args, { cwd: folder, timeout: MINUTE, env: { ...process.env, DATABASE_URL: database.url } });

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'reprise-scratch-'));
    database = await scratchDatabase();
    await run(process.execPath, ['scripts/build-package.mjs'], { cwd: ROOT, timeout: 3 * MINUTE });
    const packed = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
    const report: unknown = JSON.parse(packed.stdout);
    const [{ filename }] = Object.values(report as Record<string, { filename: string }>) as [{ filename: string }];
    const versions = await Promise.all(
      NEEDED.map(async (name) => [name, (await manifestOf(path.join(ROOT, 'node_modules', name))).version]),
    );
    const dependencies = { ...Object.fromEntries(versions), reprise: `file:./${filename}` };
    await writeFile(
      path.join(folder, 'package.json'),
      JSON.stringify({ name: 'scratch', private: true, type: 'module', dependencies }),
    );
    await npm(['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  }, 8 * MINUTE);

  afterAll(async () => {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }, MINUTE);

  it('holds every subpath, its licence and its readme, and no sources or tests', async () => {
    const installed = path.join(folder, 'node_modules', 'reprise');
    const { exports } = await manifestOf(installed);
    expect(Object.keys(exports)).toEqual([
      ...Object.values(SUBPATHS).map((name) => name.replace(/^reprise/, '.')),
      './package.json',
    ]);
    await expect(readFile(path.join(installed, 'LICENSE'), 'utf8')).resolves.toContain('MIT');
    await expect(readFile(path.join(installed, 'README.md'), 'utf8')).resolves.toContain('Reprise');
    const { stdout } = await node('-e', `console.log(fs.readdirSync('node_modules/reprise').sort().join())`);
    expect(stdout).not.toMatch(/libs|apps|scripts|\btest\b/);
  });

  it(
    'type-checks in an application and runs a saga there, on PostgreSQL',
    async () => {
      await copyFile(path.join(ROOT, 'test/package/scratch-app.ts'), path.join(folder, 'app.ts'));
      await copyFile(path.join(ROOT, 'test/package/scratch-test.ts'), path.join(folder, 'purchase.test.ts'));
      const options = {
        module: 'nodenext',
        target: 'es2023',
        strict: true,
        skipLibCheck: true,
        types: ['node'],
        outDir: 'built',
      };
      const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true, useDefineForClassFields: false };
      await writeFile(
        path.join(folder, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: { ...options, ...decorators, rootDir: '.' },
          files: ['app.ts', 'purchase.test.ts'],
        }),
      );
      await node(TSC, '-p', '.').catch((error: { stdout?: string }) => {
        throw new Error(`tsc: ${error.stdout}`);
      });
      const { stdout } = await node('built/app.js');
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({
        receipt: { amount: 42, trackingId: 't-o1' },
        failure: 'SagaFailedError',
        status: 'compensated',
        booked: expect.arrayContaining(['charge o1', 'charge o2', 'refund o2']),
      });
    },
    3 * MINUTE,
  );

  it.each([
    ['node --test', ['--test', 'built/purchase.test.js'], /# pass 2\b/],
    [
      'Jest',
      [
        '--experimental-vm-modules',
        path.join(ROOT, 'node_modules/jest/bin/jest.js'),
        ...['--config', JSON.stringify({ testRegex: 'purchase\\.test\\.js$', transform: {} })],
      ],
      /Tests: +2 passed/,
    ],
  ])(
    'tests a saga there with %s: everywhere it may die, and in an application without a database',
    async (_runner, command, outcome) => {
      const { stdout, stderr } = await node(...command);
      expect(stdout + stderr).toMatch(outcome);
    },
    MINUTE,
  );

  it('is one and the same module for import and require', async () => {
    const same = `const a = require('reprise/contracts'); import('reprise/contracts').then((b) => console.log(a === b))`;
    const { stdout } = await node('--input-type=commonjs', '-e', same);
    expect(stdout.trim()).toBe('true');
  });

  it('has a CommonJS copy whose parts find each other and never the ES modules', async () => {
    const copies = path.join(folder, 'node_modules/reprise/dist/package/cjs');
    const script = `
      const { contract } = require('${copies}/contracts/index.js');
      const { SagaError } = require('${copies}/core/index.js');
      try { contract('bad name', {}); } catch (error) { console.log(error instanceof SagaError, error.code); }
      console.log(Object.keys(require('${copies}/runtime/index.js')).includes('SagaEngine'));`;
    const { stdout } = await node('--input-type=commonjs', '-e', script);
    expect(stdout.trim().split('\n')).toEqual(['true INVALID_CONFIGURATION', 'true']);
  });

  it('has a command line, which npx finds', async () => {
    const { stdout } = await npm(['exec', '--no', '--', 'reprise', '--help'], folder);
    expect(stdout).toMatch(/^Usage: reprise <command>/m);
    const migrated = await node('node_modules/.bin/reprise', 'migrate', '--schema', 'scratch_cli', '--json');
    expect(JSON.parse(migrated.stdout)).toMatchObject({ schema: 'scratch_cli' });
    const piped = await run('sh', ['-c', 'node_modules/.bin/reprise --help | head -1'], { cwd: folder });
    expect(piped).toMatchObject({ stdout: 'Usage: reprise <command> [options]\n', stderr: '' });
  });

  it('D5 replays a history against an ES module and against CommonJS, and makes a test of it that node runs', async () => {
    await writeFile(path.join(folder, 'purchase.mjs'), appOf(`import 'reflect-metadata';`, 'import', 'export'));
    await writeFile(path.join(folder, 'purchase.cjs'), appOf(`require('reflect-metadata');`, 'require', 'exports'));
    const turns = [
      {
        at: 1,
        events: [
          { type: 'SagaStarted', saga: 'purchase', version: 1, engine: 1, input: 'o-1' },
          { type: 'StepScheduled', call: 0, step: 'charge', input: ['o-1'] },
        ],
      },
    ];
    await writeFile(path.join(folder, 'o-1.json'), JSON.stringify({ id: 'o-1', run: 'r-1', turns }));
    const bin = 'node_modules/.bin/reprise';
    for (const app of ['purchase.mjs#Shop', 'purchase.cjs#Shop', 'purchase.mjs', 'purchase.cjs']) {
      const { stdout } = await node(bin, 'replay-check', 'o-1.json', '--app', app);
      expect({ app, stdout }).toEqual({ app, stdout: expect.stringMatching(/1 history: 1 safe\n$/) });
    }
    await node(
      bin,
      'test-from',
      'o-1.json',
      '--app',
      'purchase.mjs#Shop',
      '--import',
      './purchase.mjs',
      '--out',
      'o-1.spec.mjs',
      '--runner',
      'node',
    );
    const { stdout } = await node('--test', 'o-1.spec.mjs');
    expect(stdout).toMatch(/pass 1\b/);
  });
});

/** A Nest module with a saga, as a compiler writes it for one kind of module or the other. */
function appOf(first: string, way: 'import' | 'require', out: 'export' | 'exports'): string {
  const taken = (names: string, from: string): string =>
    way === 'import' ? `import { ${names} } from '${from}';` : `const { ${names} } = require('${from}');`;
  return [
    first,
    taken('Module', '@nestjs/common'),
    taken('Saga, Step', 'reprise'),
    `class Purchase { async charge() {} async run(id) { await this.charge(id); } }`,
    `Step()(Purchase.prototype, 'charge', Object.getOwnPropertyDescriptor(Purchase.prototype, 'charge'));`,
    `Saga({ name: 'purchase', version: 1 })(Purchase);`,
    `class Shop {}`,
    `Module({ providers: [Purchase] })(Shop);`,
    out === 'export' ? 'export { Purchase, Shop };' : 'exports.Purchase = Purchase; exports.Shop = Shop;',
  ].join('\n');
}

async function manifestOf(folder: string): Promise<{ version: string; exports: Record<string, unknown> }> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
}
