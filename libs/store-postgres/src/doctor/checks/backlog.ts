import { nextDue } from '../../statements/next-due.js';
import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';
import { spanText } from '../span-text.js';

/** Seconds. */
const LATE = 30;
const TOO_LATE = 300;
const { ok, warning, problem } = findingsOf('backlog');

/** Since when the instance that is due for longest waits, and how old the oldest open one is. */
export const backlog: Check = {
  name: 'backlog',
  readsTables: true,
  async look({ ask, schema }) {
    const found: Finding[] = [];
    const [due] = await ask(nextDue.text(schema));
    const [now] = await ask('select (extract(epoch from now()) * 1000)::bigint as now');
    const late = due ? (Number(now!['now']) - Number(due['at'])) / 1000 : 0;
    if (due && late > LATE)
      found.push(
        (late > TOO_LATE ? problem : warning)(
          `${JSON.stringify(due['id'])} (${due['saga']} ${due['version']}) is due for ${spanText(late)}, and nobody has taken it.`,
          'Look at whether workers are alive, have its version, and have capacity left; then at what the database is busy with.',
        ),
      );
    // One step into the index of each version's open instances would not give the oldest: this reads all that are open, up to a bound.
    const [oldest] = await ask(
      `
select open.id, open.saga, extract(epoch from now() - open.started_at) as age
from (select id, saga, started_at from ${schema}.instance where closed_at is null limit $1::integer) open
order by open.started_at limit 1`,
      [100_000],
    );
    if (found.length > 0) return found;
    if (!oldest) return [ok('No instance is open.')];
    return [
      ok(
        `Nothing is due for longer than ${spanText(LATE)}; the oldest open instance is ${JSON.stringify(oldest['id'])} (${oldest['saga']}), ${spanText(Number(oldest['age']))} old.`,
      ),
    ];
  },
};
