import type { Migration } from './migration.js';

/**
 * `step_outcome`: one row per call of a transactional step that has an outcome (law S9), written in the transaction of the step's
 * own writes. The key is the proof that a call has one outcome. Its rows may go when the instance goes.
 */
export const stepOutcomes: Migration = {
  number: 2,
  name: 'step-outcomes',
  sql: (schema) => `
create table ${schema}.step_outcome (
  shard smallint not null,
  run uuid not null,
  call integer not null,
  outcome json not null,
  recorded_at timestamptz not null default now(),
  primary key (shard, run, call)
);
`,
};
