import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';
import { spanText } from '../span-text.js';

/** Seconds that a lease may be over before somebody should have noticed. */
const NOTICED = 60;
const { ok, warning, problem } = findingsOf('workers');

/** Who is alive, and whether what the dead held is taken over. */
export const workers: Check = {
  name: 'workers',
  readsTables: true,
  async look({ ask, schema }) {
    const [row] = await ask(
      `
select
  (select count(*) from ${schema}.worker where freed_at is null and lease_until >= now()) as alive,
  (select min(extract(epoch from lease_until - now())) from ${schema}.worker where freed_at is null and lease_until >= now()) as nearest,
  (select count(*) from ${schema}.worker where freed_at is null and lease_until < now() - $1::integer * interval '1 second') as left_over,
  exists (select from ${schema}.instance where closed_at is null) as open`,
      [NOTICED],
    );
    const alive = Number(row!['alive']);
    const leftOver = Number(row!['left_over']);
    const found: Finding[] = [];
    if (alive === 0 && row!['open'] === 't')
      found.push(
        problem('No worker is alive, and there are open instances.', 'Start a process that hosts their sagas.'),
      );
    if (leftOver > 0)
      found.push(
        warning(
          `The leases of ${leftOver} workers are over for more than ${spanText(NOTICED)}, and nobody has taken over what they held.`,
          'Start a worker: each one looks after the dead when it looks for work.',
        ),
      );
    if (found.length > 0) return found;
    if (alive === 0) return [ok('No worker is alive, and none is needed: no instance is open.')];
    return [
      ok(
        `${alive} ${alive === 1 ? 'worker is' : 'workers are'} alive; the nearest lease ends in ${spanText(Number(row!['nearest']))}.`,
      ),
    ];
  },
};
