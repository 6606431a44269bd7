import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';
import { spanText } from '../span-text.js';

/** Seconds. */
const LONG = 300;
const TOO_LONG = 3_600;
const SHOWN = 5;
const { ok, warning, problem } = findingsOf('transactions');

/** Transactions that are open for long: as long as they are, no row that died since can be removed. */
export const transactions: Check = {
  name: 'transactions',
  readsTables: false,
  async look({ ask }) {
    // Whoever may not see the sessions of others gets nulls for them.
    const rows = await ask(
      `
select pid, usename, application_name, state, extract(epoch from now() - xact_start) as age,
  pg_has_role('pg_read_all_stats', 'usage') as sees_all
from pg_stat_activity
where pid <> pg_backend_pid() and backend_type <> 'walsender' and xact_start < now() - $1::integer * interval '1 second'
order by xact_start limit $2::integer`,
      [LONG, SHOWN],
    );
    const found = rows.map((row): Finding => {
      const age = Number(row['age']);
      const what = `The transaction of process ${row['pid']} (${row['usename']}, ${row['application_name'] || 'no application name'}, ${row['state']}) is open for ${spanText(age)}, and keeps vacuum from removing what died since.`;
      const advice = `Find out why it is open, and end it with \`select pg_terminate_backend(${row['pid']})\`.`;
      return age >= TOO_LONG ? problem(what, advice) : warning(what, advice);
    });
    if (found.length > 0) return found;
    const [rights] = await ask(`select pg_has_role('pg_read_all_stats', 'usage') as all`);
    const whose =
      rights!['all'] === 't' ? '' : ' of this role; those of others it may not see without pg_read_all_stats';
    return [ok(`No transaction is open for longer than ${spanText(LONG)}${whose}.`)];
  },
};
