import { isScheduledId, type InstanceSummary, type SagaDefinition } from 'reprise/core';
import type { SagaEngine } from 'reprise/runtime';
import { crashAtEveryPoint, replayEveryPrefix, replayHistory, TestProcess, type CrashPoint } from 'reprise/testing';
import { MemoryClient } from './memory-client.js';
import type { Mode, Scenario } from './scenario.js';

/** Above this many turns a history is replayed whole only: cutting it everywhere takes the square of its length. */
const MANY_TURNS = 60;

/** A scenario that has been run in memory. */
export interface Enacted {
  readonly process: TestProcess;
  /** The newest code that it had for a saga. @throws for a saga that it never had */
  definition(saga: string, version: number): SagaDefinition;
}

/** Runs a scenario in one process in virtual time, and replays what came of it. */
export async function runInMemory(scenario: Scenario): Promise<void> {
  const { process, definition } = await enact(scenario, 'memory');
  for (const { summary, turns } of await process.histories()) {
    const { id, key, saga, version } = summary;
    const subject = { definition: definition(saga, version), id, run: key.run };
    await (turns.length > MANY_TURNS ? replayHistory(subject, turns) : replayEveryPrefix(subject, turns));
  }
  await process.engine.crash();
}

/**
 * Runs it once for every moment at which the process may die. Answers how many moments there were.
 * @param about what each instance has to come to in all of them
 */
export async function crashEverywhereIn(scenario: Scenario, about = endOfInstance): Promise<number> {
  const { points } = await crashAtEveryPoint(async (point) => {
    const { process } = await enact(scenario, 'crashes', point);
    return process.instances.map(about).sort();
  });
  return points;
}

/** Which ticks of a schedule are left out depends on when the process was away; what they started has to have ended all the same. */
function endOfInstance({ id, status }: InstanceSummary): string {
  return isScheduledId(id) ? status : `${id} ${status}`;
}

/** Runs it and leaves the process to whoever looks at it, and crashes it then. */
export async function enact(scenario: Scenario, mode: Mode, point?: CrashPoint): Promise<Enacted> {
  let process: TestProcess | undefined = undefined;
  const engine = (): SagaEngine => process!.engine;
  const play = scenario.play(mode, engine);
  const definitions = new Map<string, SagaDefinition>();
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
  const definition = (saga: string, version: number): SagaDefinition => {
    const found = definitions.get(`${saga} ${version}`);
    if (!found) throw new Error(`${scenario.name} has no saga ${saga} of version ${version}`);
    return found;
  };
  return { process, definition };
}
