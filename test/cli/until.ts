import { setTimeout as after } from 'node:timers/promises';

/** Resolves when the condition holds; the test's own time limit ends it otherwise. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await after(20);
}
