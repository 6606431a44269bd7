import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { replayHistory } from 'reprise/testing';
import { ROOT } from '../../docs/markdown.js';
import type { ScratchSchema } from '../../store/scratch-schema.js';
import { enact } from './in-memory.js';
import { runOverPostgres, type KeptRun } from './over-postgres.js';
import type { Scenario } from './scenario.js';

/** Histories that releases have written: one folder for each release, below it one for each family, a file for each scenario. */
export const RECORDINGS = path.join(ROOT, 'test/replays');

export interface Recording {
  readonly release: string;
  readonly family: string;
  readonly scenario: string;
  readonly runs: readonly KeptRun[];
}

/**
 * Writes down what the release makes of a scenario, in memory and over PostgreSQL: there a run begins with a turn of its own, of whoever
 * started it. @throws if it has been written down: what was released does not change
 */
export async function record(
  release: string,
  family: string,
  scenario: Scenario,
  scratch: ScratchSchema,
): Promise<void> {
  const file = path.join(RECORDINGS, release, family, `${fileNameOf(scenario.name)}.json`);
  if (existsSync(file)) throw new Error(`${file} is there already. Remove it if ${release} is not released yet.`);
  const { process } = await enact(scenario, 'crashes');
  const inMemory = (await process.histories()).map(({ summary, turns }) => {
    const { saga, version, id, key } = summary;
    return { saga, version, id, run: key.run, turns };
  });
  await process.engine.crash();
  const runs = different([...inMemory, ...(await runOverPostgres(scratch, [scenario], 'crashes'))]);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, textOf({ release, family, scenario: scenario.name, runs }));
}

/** Without those that took the same course as others. */
function different(runs: readonly KeptRun[]): KeptRun[] {
  const courses = new Set<string>();
  return runs.filter(({ saga, version, turns }) => {
    const course = `${saga} ${version} ${turns.map(({ events }) => events.map(({ type }) => type).join(' ')).join('; ')}`;
    return courses.size < courses.add(course).size;
  });
}

/** Every recording that there is. */
export function recordings(): Recording[] {
  return filesBelow(RECORDINGS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Recording);
}

/** Replays what was recorded of a scenario against today's code (law D9). */
export async function replayRecording({ runs }: Recording, scenario: Scenario): Promise<void> {
  const { process, definition } = await enact(scenario, 'crashes');
  await process.engine.crash();
  expect(runs.length).toBeGreaterThan(0);
  for (const { saga, version, id, run, turns } of runs)
    await replayHistory({ definition: definition(saga, version), id, run }, turns);
}

/** One line for each turn; stacks, which name places of a machine, are left out. */
function textOf({ runs, ...head }: Recording): string {
  const json = (value: unknown): string =>
    JSON.stringify(value, (key, inner: unknown) => (key === 'stack' ? undefined : inner));
  const texts = runs.map(({ turns, ...run }) => {
    const lines = turns.map((turn) => `      ${json(turn)}`).join(',\n');
    return `    ${open(json(run))}, "turns": [\n${lines}\n    ] }`;
  });
  return `${open(json(head))}, "runs": [\n${texts.join(',\n')}\n  ]\n}\n`;
}

/** An object's text up to where another field may follow. */
function open(text: string): string {
  return text.slice(0, -1);
}

function fileNameOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file));
}
