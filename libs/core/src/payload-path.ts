import { SagaError } from './saga-error.js';

/** A path cut at its dots, and how many of its names have been met. */
export interface PathProgress {
  readonly path: readonly string[];
  readonly met: number;
}

/** @throws SagaError `INVALID_CONFIGURATION` for a path without a name */
export function beginPaths(paths: readonly string[]): readonly PathProgress[] {
  return paths.map((path) => ({ path: namesOf(path), met: 0 }));
}

/** The paths after one more name, each once: more than one way may lead over `**`, and a circle would go on for ever. */
export function advance(progress: readonly PathProgress[], name: string): readonly PathProgress[] {
  const next = progress.flatMap((one) => step(one, name));
  return next.filter((one, i) => next.findIndex(({ path, met }) => path === one.path && met === one.met) === i);
}

/** True when a path ends here. */
export function isMet(progress: readonly PathProgress[]): boolean {
  return progress.some(({ path, met }) => met === path.length);
}

function namesOf(path: string): string[] {
  const names = typeof path === 'string' ? path.split('.') : [''];
  if (names.includes('') || names.at(-1) === '**') {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `"${String(path)}" names nothing that could be redacted.`,
      'Write a field, as in `password`, or a path from the top, as in `card.number` or `*.email`.',
    );
  }
  return names.length === 1 ? ['**', ...names] : names;
}

/** What of a path is met when one more name is. */
function step({ path, met }: PathProgress, name: string): PathProgress[] {
  const wanted = path[met];
  if (wanted === '**') return [{ path, met }, ...step({ path, met: met + 1 }, name)];
  return wanted === '*' || wanted === name ? [{ path, met: met + 1 }] : [];
}
