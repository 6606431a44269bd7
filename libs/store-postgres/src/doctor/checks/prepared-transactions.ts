import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';
import { spanText } from '../span-text.js';

/** Seconds. */
const LONG = 300;
const { ok, problem } = findingsOf('prepared-transactions');

/** Transactions in two phases whose second one never came: they hold locks and dead rows, also over restarts. */
export const preparedTransactions: Check = {
  name: 'prepared-transactions',
  readsTables: false,
  async look({ ask }) {
    const rows = await ask(
      `
select gid, owner, extract(epoch from now() - prepared) as age from pg_prepared_xacts
where prepared < now() - $1::integer * interval '1 second'
order by prepared limit 5`,
      [LONG],
    );
    const found = rows.map((row): Finding =>
      problem(
        `The transaction ${JSON.stringify(row['gid'])} of ${row['owner']} was prepared ${spanText(Number(row['age']))} ago and never ended; it holds its locks and keeps vacuum from removing dead rows.`,
        `Ask who coordinates it, and run \`commit prepared\` or \`rollback prepared\` with its name.`,
      ),
    );
    return found.length > 0 ? found : [ok('No prepared transaction was left.')];
  },
};
