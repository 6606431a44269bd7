import { compensationPlan, type PlannedUndo } from './compensation-plan.js';
import type { Json } from './json.js';
import { decodePayload } from './payload-codec.js';
import { undoMappingFailed } from './rule-violations.js';
import type { CodeSurroundings } from './code-surroundings.js';
import { undoBatch } from './undo-batch.js';

/** What undoing asks of the code: to make calls as the code does, and to map results. */
export interface UndoCalls {
  schedule(step: string, input: readonly Json[], role: { readonly undoes: number }): Promise<unknown>;
  /** Resolves when a call that is still under way has an outcome, whatever it is. */
  settled(call: number): Promise<unknown>;
  /** The arguments of a compensation that does not simply get the result and the input. @throws what the mapping throws */
  mapUndo(undo: PlannedUndo, result: unknown, args: readonly unknown[]): readonly Json[];
  encode(value: unknown, what: string): Json;
}

/**
 * Works off the compensation plan, newest step first, neighbours of one group at the same time (law C2). The plan is made anew after
 * every undo, from what the history says by then: a step that was still under way, or that answered late, finds its place in it (law
 * S7). What does not share the group of the newest has to wait until that is undone.
 */
export async function undoAll(code: UndoCalls, around: CodeSurroundings): Promise<void> {
  const underway = new Map<number, Promise<unknown>>();
  const batch = (): readonly PlannedUndo[] =>
    undoBatch(compensationPlan(around.steps, around.state), around.definition);
  for (let next = batch(); next.length > 0; next = batch()) {
    for (const planned of next) {
      const { call } = planned.target;
      if (underway.has(call)) continue;
      const begun = planned.awaits === undefined ? undo(code, around, planned) : code.settled(planned.awaits);
      const ended = begun.finally(() => underway.delete(call));
      underway.set(call, ended);
    }
    await Promise.race(underway.values());
  }
}

function undo(code: UndoCalls, around: CodeSurroundings, planned: PlannedUndo): Promise<unknown> {
  const { definition, steps } = around;
  const { target, compensation } = planned;
  const result = target.result === undefined ? undefined : decodePayload(target.result);
  if (!compensation.command && !steps.dynamicOf(target.call)) {
    const input = [code.encode(result, `the result of step "${target.step}"`), ...target.input];
    return code.schedule(compensation.name, input, { undoes: target.call });
  }
  try {
    const input = code.mapUndo(planned, result, target.input.map(decodePayload));
    return code.schedule(compensation.name, input, { undoes: target.call });
  } catch (error) {
    around.violate(undoMappingFailed(definition.name, compensation.name, error));
    return new Promise(() => undefined);
  }
}
