import { setTimeout as pass } from 'node:timers/promises';
import type { Turn } from 'reprise/core';
import { replayHistory } from 'reprise/testing';
import { seededRandom } from '../../../scripts/seeded-random.mjs';
import type { ScratchSchema } from '../../store/scratch-schema.js';
import { PostgresClient } from './postgres-client.js';
import type { Mode, Scenario } from './scenario.js';
import { Stage } from './stage.js';

/** What is kept of one run. */
export interface KeptRun {
  readonly saga: string;
  readonly version: number;
  readonly id: string;
  readonly run: string;
  readonly turns: readonly Turn[];
}

/** Runs scenarios at the same time over PostgreSQL, with two workers, and answers what came of it. */
export async function runOverPostgres(
  scratch: ScratchSchema,
  scenarios: readonly Scenario[],
  mode: Mode = 'postgres',
): Promise<readonly KeptRun[]> {
  const kept: KeptRun[] = [];
  await onStage(scratch, mode, scenarios, (_stage, played) => played, kept);
  return kept;
}

/** How many workers died, and how often the connections of the others broke. */
export interface Losses {
  readonly kills: number;
  readonly cuts: number;
}

export interface Killing {
  readonly seed: number;
  /** How many workers die. */
  readonly deaths: number;
  /** The longest time between two deaths, in milliseconds. */
  readonly within: number;
}

/**
 * The same, and one worker after the other dies at a moment that chance picks; in between the connections of those that live break.
 */
export async function runWithKills(
  scratch: ScratchSchema,
  scenarios: readonly Scenario[],
  { seed, deaths, within }: Killing,
): Promise<Losses> {
  return onStage(scratch, 'kills', scenarios, async (stage, played) => {
    const chance = seededRandom(seed);
    let over = false;
    const ended = played.finally(() => (over = true));
    ended.catch(() => undefined);
    while (!over && stage.kills < deaths) {
      // The first comes soon: the quickest scenario has begun, and has not ended.
      const longest = stage.kills === 0 ? within / 10 : within;
      await Promise.race([pass(chance() * longest), ended.catch(() => undefined)]);
      if (over) break;
      await (stage.kills > stage.cuts && chance() < 0.4 ? stage.cut() : stage.kill(chance()));
    }
    await ended;
    return { kills: stage.kills, cuts: stage.cuts };
  });
}

let stages = 0;

async function onStage<T>(
  scratch: ScratchSchema,
  mode: Mode,
  scenarios: readonly Scenario[],
  direct: (stage: Stage, played: Promise<void>) => Promise<T>,
  kept: KeptRun[] = [],
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
    await replayAll(scratch, stage, prefix, kept);
    return answer;
  } finally {
    await stage.close();
  }
}

/** Every history that the stage has left has to replay, also those of the runs that continued as others. */
async function replayAll(scratch: ScratchSchema, stage: Stage, prefix: string, kept: KeptRun[]): Promise<void> {
  const rows = await scratch.rows(
    `select shard, run::text, id, saga, version from $schema.instance where id like $1 or id like 'schedule:%'`,
    [`${prefix}-%`],
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { shard, ...row } of rows as unknown as readonly (Omit<KeptRun, 'turns'> & { shard: number })[]) {
    const definition = stage.definition(row.saga, row.version);
    if (!definition) continue;
    const turns = await stage.history(shard, row.run);
    await replayHistory({ definition, id: row.id, run: row.run }, turns);
    kept.push({ ...row, turns });
  }
}
