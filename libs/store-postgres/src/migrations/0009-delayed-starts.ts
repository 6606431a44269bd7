import type { Migration } from './migration.js';

/**
 * `instance.begins_at`: when the delay of a start is over. Until then signals and updates do not make the instance due; claims look at
 * `wake_at` alone, as for every other. It stays when the instance has begun, for people.
 */
export const delayedStarts: Migration = {
  number: 9,
  name: 'delayed-starts',
  sql: (schema) => `
alter table ${schema}.instance add column begins_at timestamptz;
`,
};
