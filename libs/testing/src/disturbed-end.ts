import { sameJson } from 'reprise/core';
import type { EndState } from './crash-report.js';

/** Where a run came to, and what stood in the world before it and after it; undefined without a world. */
export interface Ended {
  readonly end: EndState;
  readonly untouched: unknown;
  readonly stands: unknown;
}

/** Two ends that should be one, in words. */
export interface Difference {
  readonly undisturbed: string;
  readonly disturbed: string;
}

/** What is not the same as in the run in which nothing went wrong. */
export function disturbedEnd(sound: Ended, disturbed: Ended): Difference | undefined {
  return sameEnd(sound.end, disturbed.end) && same(sound.stands, disturbed.stands)
    ? undefined
    : { undisturbed: told(sound), disturbed: told(disturbed) };
}

/**
 * A step that was done and never answered: the saga either ends as ever, or it is undone and nothing of it is left. A person may be
 * asked, too.
 */
export function endWithoutAnswer(sound: Ended, silent: Ended): Difference | undefined {
  if (silent.end.status === 'incident' || !disturbedEnd(sound, silent)) return undefined;
  const isUndone = silent.end.status !== 'completed' && same(silent.untouched, silent.stands);
  if (isUndone) return undefined;
  return { undisturbed: `${told(sound)}, or nothing left of it`, disturbed: told(silent) };
}

function sameEnd(one: EndState, other: EndState): boolean {
  return same(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

function same(one: unknown, other: unknown): boolean {
  return sameJson({ value: one }, { value: other });
}

function told({ end, stands }: Ended): string {
  return JSON.stringify(end) + (stands === undefined ? '' : ` and in the world ${JSON.stringify(stands)}`);
}
