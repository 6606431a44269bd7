import type { HistoryEvent } from 'reprise/core';
import { told } from './end.js';
import { enact, stepsOf } from './enact.js';
import { predict } from './model.js';
import type { Trial } from './program.js';

/**
 * Compares the engine with the model: undisturbed, and with the trial's deaths.
 * @returns false when the model cannot tell: then the histories have only been replayed
 */
export async function look(trial: Trial): Promise<boolean> {
  const { end, isCertain, isOrderCertain } = await predict(trial);
  const calm = await enact({ ...trial, deaths: [] });
  const disturbed = trial.deaths.length > 0 ? await enact(trial) : calm;
  for (const { histories } of [calm, disturbed]) for (const events of histories.values()) demandReverseOrder(events);
  if (!isCertain) return false;
  demandSame('undisturbed', told(end, isOrderCertain), told(calm.end, isOrderCertain));
  demandSame('when the process dies', told(end, false), told(disturbed.end, false));
  return true;
}

function demandSame(when: string, predicted: string, came: string): void {
  if (predicted !== came) throw new Error(`Another end ${when}.\n- predicted:\n${predicted}\n+ came:\n${came}`);
}

/** C2: what is taken back at the end is taken back newest start first. */
function demandReverseOrder(events: readonly HistoryEvent[]): void {
  const begun = events.findIndex(({ type }) => type === 'CompensationStarted');
  if (begun < 0) return;
  const steps = stepsOf(events);
  const targets = [...stepsOf(events.slice(begun)).values()].flatMap(({ undoes }) => undoes ?? []);
  const sorted = [...targets].sort((a, b) => b - a);
  if (targets.join() !== sorted.join())
    throw new Error(
      `Steps ${targets.map((call) => steps.get(call)!.step).join(', ')} (calls ${targets.join(', ')}) were taken back in this order.`,
    );
}
