import { compensationPlan, type PlannedUndo } from './compensation-plan.js';
import type { Json } from './json.js';
import { decodePayload } from './payload-codec.js';
import { undoMappingFailed } from './rule-violations.js';
import type { CodeSurroundings } from './code-surroundings.js';

/** What undoing asks of the code: to make calls as the code does, and to map results. */
export interface UndoCalls {
  schedule(step: string, input: readonly Json[], undoes: number): Promise<unknown>;
  /** Resolves when a call that is still under way has an outcome, whatever it is. */
  settled(call: number): Promise<unknown>;
  mapUndo(compensation: string, result: unknown, args: readonly unknown[]): Json;
  encode(value: unknown, what: string): Json;
}

/**
 * Works off the compensation plan, newest step first (law C2). The plan is made anew after every undo, from what the history says
 * by then: a step that was still under way, or that answered late, finds its place in it (law S7).
 */
export async function undoAll(code: UndoCalls, around: CodeSurroundings): Promise<void> {
  const plan = (): PlannedUndo | undefined => compensationPlan(around.definition, around.state)[0];
  for (let next = plan(); next; next = plan()) {
    if (next.awaits === undefined) await undo(code, around, next);
    else await code.settled(next.awaits);
  }
}

function undo(
  code: UndoCalls,
  { definition, violate }: CodeSurroundings,
  { target, compensation }: PlannedUndo,
): Promise<unknown> {
  const result = target.result === undefined ? undefined : decodePayload(target.result);
  if (!definition.steps.get(compensation)?.command) {
    const input = [code.encode(result, `the result of step "${target.step}"`), ...target.input];
    return code.schedule(compensation, input, target.call);
  }
  try {
    const input = code.mapUndo(compensation, result, target.input.map(decodePayload));
    return code.schedule(compensation, [input], target.call);
  } catch (error) {
    violate(undoMappingFailed(definition.name, compensation, error));
    return new Promise(() => undefined);
  }
}
