import type { HistoryFile } from 'reprise/core';

/** Test runners that a test can be written for. */
export const RUNNERS = ['vitest', 'jest', 'node'] as const;
export type Runner = (typeof RUNNERS)[number];

export interface SpecTerms {
  readonly history: HistoryFile;
  /** The history's file, from the folder that the tests run in. */
  readonly file: string;
  /** What the test imports the application from. */
  readonly app: string;
  /** The export with the sagas; undefined: all of them are looked at. */
  readonly exported: string | undefined;
  readonly runner: Runner;
}

const IMPORTS: Readonly<Record<Runner, readonly string[]>> = {
  // `it` is a global there.
  jest: [],
  vitest: [`import { it } from 'vitest';`],
  node: [`import { it } from 'node:test';`],
};

/** A test that replays a history, in TypeScript. */
export function specText({ history, file, app, exported, runner }: SpecTerms): string {
  const name = exported ?? 'app';
  const imported = exported === undefined ? '* as app' : exported === 'default' ? 'app' : `{ ${exported} }`;
  const { saga, version, id } = history;
  return [
    `import 'reflect-metadata';`,
    `import { readFileSync } from 'node:fs';`,
    ...IMPORTS[runner],
    `import { sagasIn } from 'reprise/cli';`,
    `import { readHistories } from 'reprise/core';`,
    `import { replayHistory } from 'reprise/testing';`,
    `import ${imported} from ${JSON.stringify(app)};`,
    '',
    `it(${JSON.stringify(`replays ${saga}, version ${version}: ${id}`)}, async () => {`,
    `  const file = ${JSON.stringify(file)};`,
    `  const sagas = await sagasIn(${name === 'default' ? 'app' : name});`,
    `  for (const { saga, version, turns, ...run } of readHistories(readFileSync(file, 'utf8'), file))`,
    `    await replayHistory({ definition: sagas.get(saga, version), ...run }, turns);`,
    `});`,
    '',
  ].join('\n');
}
