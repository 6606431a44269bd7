import { shardOf, type CallKey, type StepCall } from 'reprise/core';

/** Calls of one run are fewer than this, so that one whose input was edited has numbers of its own. */
const PER_EDIT = 2 ** 20;

/** The number under which something is on record of a call with the input that it has. */
export function placeOf({ call, edits = 0 }: Pick<StepCall, 'call' | 'edits'>): number {
  return call + edits * PER_EDIT;
}

/** The call that has this number. */
export function callAt(place: number): number {
  return place % PER_EDIT;
}

/** Under which keys the call may be on record: that of the run that made it, then that of the run that goes on with it. */
export function keysOf(
  { run, instance }: { readonly run: string; readonly instance: string },
  step: StepCall,
): CallKey[] {
  const runs = [...(step.origin ? [step.origin] : []), { id: instance, run }];
  return runs.map((of) => ({ key: { shard: shardOf(of.id), run: of.run }, call: placeOf(step) }));
}
