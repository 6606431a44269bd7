import { isScheduledId } from 'reprise/core';
import type { SagaEngine } from 'reprise/runtime';
import { crashAtEveryPoint, replayEveryPrefix, replayHistory, TestProcess, type CrashPoint } from 'reprise/testing';
import { MemoryClient } from './memory-client.js';
import type { Mode, Scenario } from './scenario.js';

/** Above this many turns a history is replayed whole only: cutting it everywhere takes the square of its length. */
const MANY_TURNS = 60;

/** Runs a scenario in one process in virtual time, and replays what came of it. */
export async function runInMemory(scenario: Scenario): Promise<void> {
  await replayAll(await enact(scenario, 'memory'));
}

/** Runs it once for every moment at which the process may die. Answers how many moments there were. */
export async function crashEverywhereIn(scenario: Scenario): Promise<number> {
  const { points } = await crashAtEveryPoint(async (point) => {
    const { process } = await enact(scenario, 'crashes', point);
    // Which ticks of a schedule are left out depends on when the process was away; what they started has to have ended all the same.
    return process.instances.map(({ id, status }) => (isScheduledId(id) ? status : `${id} ${status}`)).sort();
  });
  return points;
}

interface Enacted {
  readonly process: TestProcess;
  readonly definitions: ReadonlyMap<string, Parameters<typeof replayHistory>[0]['definition']>;
}

async function enact(scenario: Scenario, mode: Mode, point?: CrashPoint): Promise<Enacted> {
  let process: TestProcess | undefined = undefined;
  const engine = (): SagaEngine => process!.engine;
  const play = scenario.play(mode, engine);
  const definitions = new Map<string, Parameters<typeof replayHistory>[0]['definition']>();
  const hosting = (providers: readonly object[]) => {
    const test = play.hosting(providers);
    for (const { definition } of test.hosted()) definitions.set(`${definition.name} ${definition.version}`, definition);
    return test;
  };
  process = await TestProcess.open(hosting(play.providers), {
    ...(point ? { point } : {}),
    ...(play.calendar ? { calendar: play.calendar } : {}),
  });
  await play.perform(new MemoryClient(process, hosting));
  return { process, definitions };
}

async function replayAll({ process, definitions }: Enacted): Promise<void> {
  for (const { id, key, saga, version } of process.instances) {
    const turns = await process.engine.history(id);
    const subject = { definition: definitions.get(`${saga} ${version}`)!, id, run: key.run };
    await (turns.length > MANY_TURNS ? replayHistory(subject, turns) : replayEveryPrefix(subject, turns));
  }
  await process.engine.crash();
}
