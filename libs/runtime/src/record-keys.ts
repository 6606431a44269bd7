import { shardOf, type CallKey, type StepCall } from 'reprise/core';

/** Calls of one run are fewer than this, so that one whose input was edited has numbers of its own. */
const PER_EDIT = 2 ** 20;

/** Under which keys the call may be on record: that of the run that made it, then that of the run that goes on with it. */
export function keysOf(
  { run, instance }: { readonly run: string; readonly instance: string },
  { call, edits = 0, origin }: StepCall,
): CallKey[] {
  const runs = [...(origin ? [origin] : []), { id: instance, run }];
  return runs.map((of) => ({ key: { shard: shardOf(of.id), run: of.run }, call: call + edits * PER_EDIT }));
}
