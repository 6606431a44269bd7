import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';

/** Milliseconds below which an ordinary statement of the store may be cut off on a busy day. */
const SHORT = 5_000;
const { ok, warning } = findingsOf('timeouts');

/** What the server cuts off, and what it lets go on for ever. */
export const timeouts: Check = {
  name: 'timeouts',
  readsTables: false,
  async look({ ask }) {
    const rows = await ask(`
select name, setting from pg_settings
where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout',
  'transaction_timeout')`);
    const settings = new Map(rows.map((row) => [row['name'], Number(row['setting'])]));
    const found: Finding[] = [];
    for (const name of ['statement_timeout', 'lock_timeout', 'transaction_timeout']) {
      const setting = settings.get(name) ?? 0;
      if (setting > 0 && setting < SHORT)
        found.push(
          warning(
            `${name} is ${setting} ms, which a statement of the store may need on a busy day.`,
            `Set it to ${SHORT} ms or more for this role, or to 0.`,
          ),
        );
    }
    if (settings.get('idle_in_transaction_session_timeout') === 0)
      found.push(
        warning(
          'idle_in_transaction_session_timeout is 0: a transaction that somebody forgot keeps vacuum from removing dead rows, for as long as it is open.',
          "Set it for the database, to some minutes: `alter database … set idle_in_transaction_session_timeout = '5min'`.",
        ),
      );
    if ((settings.get('idle_session_timeout') ?? 0) > 0)
      found.push(
        warning(
          `idle_session_timeout is ${settings.get('idle_session_timeout')} ms: it ends the connection that listens for hints again and again.`,
          'Set it to 0 for the role of the store.',
        ),
      );
    return found.length > 0 ? found : [ok('No timeout of the server gets in the way, and forgotten transactions end.')];
  },
};
