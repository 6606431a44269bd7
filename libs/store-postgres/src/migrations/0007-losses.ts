import type { Migration } from './migration.js';

/**
 * How often in a row a worker died while it ran an instance (law W5), and the last turn that the history had then: with a turn more
 * the count begins anew. `suspected`: its worker runs it under suspicion; if that one dies, it was one of these.
 */
export const losses: Migration = {
  number: 7,
  name: 'losses',
  sql: (schema) => `
alter table ${schema}.instance add column losses smallint not null default 0, add column lost_at integer,
  add column suspected boolean not null default false;
`,
};
