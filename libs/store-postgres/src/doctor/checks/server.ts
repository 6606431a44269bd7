import type { Check } from '../check.js';
import { findingsOf } from '../finding.js';

const OLDEST = 130_000;
const { ok, problem } = findingsOf('server');

/** The version, and whether it takes writes. */
export const server: Check = {
  name: 'server',
  readsTables: false,
  async look({ ask }) {
    const [row] = await ask(`
select current_setting('server_version_num') as number, current_setting('server_version') as version,
  pg_is_in_recovery() as standby, current_setting('default_transaction_read_only') as read_only`);
    const version = `PostgreSQL ${row!['version']!.split(' ')[0]}`;
    if (Number(row!['number']) < OLDEST)
      return [
        problem(`${version} is older than 13.`, 'Upgrade the server: the statements of the store need 13 or newer.'),
      ];
    if (row!['standby'] === 't')
      return [problem(`${version} here is a standby, which takes no writes.`, 'Point the URL to the primary.')];
    if (row!['read_only'] === 'on')
      return [
        problem(
          `${version} makes every transaction of this role read-only.`,
          'Set default_transaction_read_only to off for the role or the database.',
        ),
      ];
    return [ok(`${version} takes writes.`)];
  },
};
