import { setTimeout as pass } from 'node:timers/promises';
import { replayHistory } from 'reprise/testing';
import { seededRandom } from '../../../scripts/seeded-random.mjs';
import type { ScratchSchema } from '../../store/scratch-schema.js';
import { PostgresClient } from './postgres-client.js';
import type { Scenario } from './scenario.js';
import { Stage } from './stage.js';

/** Runs scenarios at the same time over PostgreSQL, with two workers. */
export async function runOverPostgres(scratch: ScratchSchema, scenarios: readonly Scenario[]): Promise<void> {
  await onStage(scratch, 'postgres', scenarios, (_stage, played) => played);
}

export interface Killing {
  readonly seed: number;
  /** How many workers die. */
  readonly deaths: number;
  /** The longest time between two deaths, in milliseconds. */
  readonly within: number;
}

/** The same, and one worker after the other dies at a moment that chance picks. Answers how many did. */
export async function runWithKills(
  scratch: ScratchSchema,
  scenarios: readonly Scenario[],
  { seed, deaths, within }: Killing,
): Promise<number> {
  return onStage(scratch, 'kills', scenarios, async (stage, played) => {
    const chance = seededRandom(seed);
    let over = false;
    const ended = played.finally(() => (over = true));
    ended.catch(() => undefined);
    while (!over && stage.kills < deaths) {
      // The first comes soon: the quickest scenario has begun, and has not ended.
      const longest = stage.kills === 0 ? within / 10 : within;
      await Promise.race([pass(chance() * longest), ended.catch(() => undefined)]);
      if (!over) await stage.kill(chance());
    }
    await ended;
    return stage.kills;
  });
}

let stages = 0;

async function onStage<T>(
  scratch: ScratchSchema,
  mode: 'postgres' | 'kills',
  scenarios: readonly Scenario[],
  direct: (stage: Stage, played: Promise<void>) => Promise<T>,
): Promise<T> {
  const stage = new Stage(scratch);
  const prefix = `${mode}-${++stages}`;
  const plays = new Map(
    scenarios.map((scenario, at) => [`${prefix}-${at}`, scenario.play(mode, () => stage.client)] as const),
  );
  await stage.open(plays);
  try {
    const played = Promise.all([...plays].map(([ids, play]) => play.perform(new PostgresClient(stage, play, ids))));
    const answer = await direct(
      stage,
      played.then(() => undefined),
    );
    await replayAll(scratch, stage, prefix);
    return answer;
  } finally {
    await stage.close();
  }
}

/** Every history that the stage has left has to replay, also those of the runs that continued as others. */
async function replayAll(scratch: ScratchSchema, stage: Stage, prefix: string): Promise<void> {
  const rows = await scratch.rows(
    `select shard, run::text, id, saga, version from $schema.instance where id like $1 or id like 'schedule:%'`,
    [`${prefix}-%`],
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { shard, run, id, saga, version } of rows as unknown as readonly InstanceRow[]) {
    const definition = stage.definition(saga, version);
    if (definition) await replayHistory({ definition, id, run }, await stage.history(shard, run));
  }
}

interface InstanceRow {
  readonly shard: number;
  readonly run: string;
  readonly id: string;
  readonly saga: string;
  readonly version: number;
}
