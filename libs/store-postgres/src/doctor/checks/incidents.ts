import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';

const COUNTED = 10_000;
const { ok, warning } = findingsOf('incidents');

/** What waits for a person. */
export const incidents: Check = {
  name: 'incidents',
  readsTables: true,
  async look({ ask, schema }) {
    const [row] = await ask(
      `
select
  (select count(*) from (select from ${schema}.instance where status = 'incident' limit $1::integer) few) as incidents,
  (select count(*) from (select from ${schema}.cue_delivery where state = 'dead' limit $1::integer) few) as dead`,
      [COUNTED + 1],
    );
    const found: Finding[] = [];
    const [parked, dead] = [Number(row!['incidents']), Number(row!['dead'])];
    const many = (count: number): string => (count > COUNTED ? `${COUNTED}+` : String(count));
    if (parked > 0)
      found.push(
        warning(
          `${many(parked)} ${parked === 1 ? 'instance is' : 'instances are'} parked in an incident.`,
          'See `npx reprise incidents` for why; mend the cause and resume them.',
        ),
      );
    if (dead > 0)
      found.push(
        warning(
          `${many(dead)} ${dead === 1 ? 'event is a dead letter' : 'events are dead letters'}: a subscriber refused them for good.`,
          'Look at them with `outbox.deadLetters()`, mend the subscriber, and redeliver them.',
        ),
      );
    return found.length > 0 ? found : [ok('There are no incidents and no dead letters.')];
  },
};
