import { writeFileSync } from 'node:fs';
import fc from 'fast-check';

/** The smallest trial that went wrong, and how. */
export interface Found<T> {
  readonly trial: T;
  readonly problem: string;
  readonly seed: number;
}

export interface Search<T> {
  readonly tried: number;
  /** Of those, how many said something. */
  readonly certain: number;
  readonly found?: Found<T>;
}

/** How long a trial that went wrong is made smaller, in seconds. */
const SHRINKING = 60;

/** Tries one thing after the other for so many seconds, and makes the first that goes wrong as small as it gets. */
export async function lookFor<T>(
  trials: fc.Arbitrary<T>,
  look: (trial: T) => Promise<boolean>,
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
): Promise<Search<T>> {
  let [tried, certain] = [0, 0];
  const property = fc.asyncProperty(trials, async (trial) => {
    tried++;
    if (await look(trial)) certain++;
  });
  const limits = (most: number) => ({ seed, numRuns: 1e9, interruptAfterTimeLimit: most * 1_000 });
  const first = await fc.check(property, { ...limits(seconds), endOnFailure: true });
  const counted = { tried, certain };
  if (!first.counterexample) return counted;
  // The search has its time; making small what it found has a time of its own.
  const path = first.counterexamplePath!;
  const small = await fc.check(property, { ...limits(SHRINKING), numRuns: 1, path });
  const { counterexample, errorInstance } = small.counterexample ? small : first;
  return { ...counted, found: { trial: counterexample![0], problem: (errorInstance as Error).message, seed } };
}

/** What to say of it, and how to keep it. @param file where to keep it; undefined: nowhere */
export function ended<T>({ trial, problem, seed }: Found<T>, file: string | undefined): string {
  const fixture = JSON.stringify({ problem: problem.split('\n'), trial }, undefined, 2);
  if (file) writeFileSync(file, `${fixture}\n`);
  const advice = file
    ? `It is kept in ${file}.`
    : 'Run it again with this SEED and PROPERTY_RECORD=<name> to keep it as a fixture.';
  return `${problem}\nSEED=${seed}\n${JSON.stringify(trial)}\n${advice}`;
}
