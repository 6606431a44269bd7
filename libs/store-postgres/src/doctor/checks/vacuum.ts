import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';
import { spanText } from '../span-text.js';

/** Dead rows that any busy table has. */
const FEW = 10_000;
const { ok, warning, problem } = findingsOf('vacuum');

/** Whether dead rows are removed: with them every claim takes longer. */
export const vacuum: Check = {
  name: 'vacuum',
  readsTables: true,
  async look({ ask, schemaName }) {
    const rows = await ask(
      `
select table_of.relname as name, stat.n_live_tup as live, stat.n_dead_tup as dead,
  extract(epoch from now() - greatest(stat.last_autovacuum, stat.last_vacuum)) as ago,
  coalesce('autovacuum_enabled=false' = any (table_of.reloptions) or 'autovacuum_enabled=off' = any (table_of.reloptions), false) as off,
  current_setting('autovacuum') as autovacuum, current_setting('track_counts') as counts
from pg_class table_of
join pg_stat_user_tables stat on stat.relid = table_of.oid
where stat.schemaname = $1::text
order by stat.n_dead_tup desc, table_of.relname`,
      [schemaName],
    );
    const found: Finding[] = [];
    if (rows[0]?.['autovacuum'] === 'off' || rows[0]?.['counts'] === 'off')
      found.push(
        problem(
          'autovacuum does not run on this server: dead rows stay for ever.',
          'Set autovacuum and track_counts to on.',
        ),
      );
    for (const row of rows) {
      const [live, dead] = [Number(row['live']), Number(row['dead'])];
      const last = row['ago'] === null ? 'never vacuumed' : `last vacuumed ${spanText(Number(row['ago']))} ago`;
      if (row['off'] === 't')
        found.push(
          problem(
            `autovacuum is switched off for the table ${row['name']}.`,
            `Run \`alter table ${schemaName}.${row['name']} reset (autovacuum_enabled)\`.`,
          ),
        );
      else if (dead > FEW && dead > live)
        found.push(
          warning(
            `The table ${row['name']} has ${dead} dead rows beside ${live} living ones, ${last}.`,
            `Look at what the checks of transactions, slots and prepared transactions say, then run \`vacuum analyze ${schemaName}.${row['name']}\`.`,
          ),
        );
    }
    if (found.length > 0) return found;
    const dead = rows.reduce((sum, row) => sum + Number(row['dead']), 0);
    return [ok(`autovacuum is on, and the tables have ${dead} dead ${dead === 1 ? 'row' : 'rows'} in all.`)];
  },
};
