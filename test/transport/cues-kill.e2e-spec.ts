import { Transport } from '@nestjs/microservices';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isClosed } from 'reprise/core';
import { postgres } from 'reprise/postgres';
import { SagaEngine } from 'reprise/runtime';
import { buildIfStale } from '../../scripts/build.mjs';
import { freePort } from '../../scripts/ports.mjs';
import { seededRandom } from '../../scripts/seeded-random.mjs';
import { ScratchSchema } from '../store/scratch-schema.js';
import { until } from '../transactions/process.js';

const PROCESS = fileURLToPath(new URL('./cue-process.mjs', import.meta.url));
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const ROLES = ['publisher', 'orchestrator', 'subscriber'] as const;
const [KEYS, COUNT, KILLS] = [3, 14, 5];
const LIMIT = 180_000;

describe(`cues whose processes are killed (KILL_SEED=${SEED})`, () => {
  const scratch = new ScratchSchema();
  const running = new Map<string, ChildProcess>();
  const ready = new Map<ChildProcess, Promise<unknown>>();
  let engine: SagaEngine;
  let listen: object;

  function begin(role: (typeof ROLES)[number]): void {
    const CUES = JSON.stringify({ role, schema: scratch.name, keys: KEYS, count: COUNT, listen });
    const env = { ...process.env, DATABASE_URL: scratch.url, CUES, NODE_OPTIONS: '' };
    const child = fork(PROCESS, { env, execArgv: [] });
    running.set(role, child);
    ready.set(child, once(child, 'message'));
  }
  async function kill(role: string): Promise<void> {
    const child = running.get(role)!;
    const gone = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await gone;
  }

  beforeAll(async () => {
    await buildIfStale(() => undefined);
    engine = new SagaEngine({ store: postgres({ url: scratch.url, schema: scratch.name }) });
    await engine.open();
    await scratch.rows('create table $schema.placed (key text, number int, primary key (key, number))');
    await scratch.rows('create table $schema.effect (at serial, what text, key text, number int)');
    listen = { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } };
  }, LIMIT);
  afterAll(async () => {
    for (const role of running.keys()) await kill(role);
    await engine.close();
    await scratch.rows(`drop schema if exists "${scratch.name}_inbox" cascade`);
    await scratch.drop();
  });

  it(
    'M6 are handled once each, in the order of their key, whoever is killed, and what cannot be handled says why',
    async () => {
      // A saga hears what is published after it has first been there.
      begin('orchestrator');
      await ready.get(running.get('orchestrator')!);
      begin('subscriber');
      begin('publisher');
      const noted = async (what: string): Promise<{ key: string; number: number }[]> =>
        (await scratch.rows(`select key, number from $schema.effect where what = $1 order by at`, [what])) as never;
      await until(async () => (await noted('placed')).length > 0);
      // The schema of the service refuses it, however often it comes. Others hear what comes after it.
      const bad = await engine.cues.publish('order.placed', { key: 'bad', number: 'none' }, { key: 'k0' });
      const chance = seededRandom(SEED);
      for (let kills = 0; kills < KILLS; kills++) {
        await pass(chance() * 400);
        const role = ROLES[kills % ROLES.length]!;
        await ready.get(running.get(role)!);
        await kill(role);
        begin(role);
      }
      const all = KEYS * COUNT;
      await until(async () => (await noted('placed')).length >= all);
      await until(async () => (await noted('shipped')).length >= all);
      const tallies = Array.from({ length: KEYS }, (_, key) => `tally-k${key}`);
      await until(async () => {
        const ends = await Promise.all(tallies.map((id) => engine.describe(id).catch(() => undefined)));
        return ends.every((end) => end && isClosed(end.status));
      });
      const numbers = Array.from({ length: COUNT }, (_, number) => number);
      for (const id of tallies) expect(await engine.result(id)).toEqual(numbers);
      const placed = await noted('placed');
      for (let key = 0; key < KEYS; key++)
        expect(placed.filter((one) => one.key === `k${key}`).map(({ number }) => number)).toEqual(numbers);
      const shipped = (await noted('shipped')).map(({ key, number }) => `${key} ${number}`);
      expect(shipped).toHaveLength(all);
      expect(new Set(shipped).size).toBe(all);
      expect(await engine.cues.deadLetters()).toMatchObject([
        { subscriber: 'service warehouse', cue: { id: bad }, error: { code: 'INVALID_COMMAND_INPUT' } },
      ]);
    },
    LIMIT,
  );
});
