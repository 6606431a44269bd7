import type { StepInvocation } from 'reprise/core';
import type { CrashPoint } from './crash-point.js';
import { ConnectionLost } from './fault.js';

/**
 * Performs an attempt of a step, and what goes wrong with it.
 * @param attempts how many the step has in all; undefined where that is not known: nothing is lost then
 */
export async function disturbedAttempt(
  point: CrashPoint,
  invocation: StepInvocation,
  attempts: number | undefined,
  body: () => Promise<unknown>,
): Promise<unknown> {
  const { step, attempt, key } = invocation;
  const place = `step "${step}", attempt ${attempt}`;
  const isTriedAgain = attempts !== undefined && attempt < attempts;
  if (point.owed === key) point.owed = undefined;
  await point.before(invocation);
  if (isTriedAgain && point.strikes('lost request', place)) {
    point.owed = key;
    throw new ConnectionLost(`the request of ${place} was lost`);
  }
  try {
    if (point.strikes('repeated request', place)) await body().catch(() => undefined);
    const answer = await body();
    if (isTriedAgain && point.strikes('lost answer', place)) {
      point.owed = key;
      throw new ConnectionLost(`the answer of ${place} was lost`);
    }
    if (invocation.undoes === undefined && attempts !== undefined && point.silences(key, place)) {
      if (isTriedAgain) point.owed = key;
      throw new ConnectionLost(`the answer of ${place} never came`);
    }
    if (point.strikes('late answer', place)) await point.hold();
    return answer;
  } finally {
    await point.after(invocation);
  }
}
