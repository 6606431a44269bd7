/**
 * The tables beside `instance` that hold something of a run: each has the columns `shard` and `run`, and an index that begins with them.
 * Retention empties these with the instance, so whoever adds such a table adds it here; a spec compares this with the schema.
 */
export const RUN_TABLES = [
  'history',
  'message',
  'tag',
  'orphan',
  'step_outcome',
  'step_progress',
  'step_delivery',
  'outgoing',
  'cue_wait',
] as const;
