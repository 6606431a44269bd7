import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';

const { ok, problem } = findingsOf('durability');

/** Whether a commit is on disk when PostgreSQL says so: everything that the engine promises rests on that. */
export const durability: Check = {
  name: 'durability',
  readsTables: false,
  async look({ ask }) {
    const [row] = await ask(`
select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
  current_setting('synchronous_commit') as waits`);
    const found: Finding[] = [];
    if (row!['fsync'] === 'off')
      found.push(
        problem(
          'fsync is off: a crash of the machine may leave a database that nobody can read.',
          'Set fsync to on in postgresql.conf and reload.',
        ),
      );
    if (row!['pages'] === 'off')
      found.push(
        problem(
          'full_page_writes is off: a crash of the machine may tear pages in two.',
          'Set full_page_writes to on in postgresql.conf and reload, unless the file system makes it needless.',
        ),
      );
    if (row!['waits'] === 'off')
      found.push(
        problem(
          'synchronous_commit is off: a crash of the server forgets turns that it had confirmed, and their steps run again.',
          'Set synchronous_commit to on for the role of the store.',
        ),
      );
    return found.length > 0
      ? found
      : [ok(`fsync and full_page_writes are on, synchronous_commit is ${row!['waits']}.`)];
  },
};
