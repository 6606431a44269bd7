import type { Statement } from './statement.js';

/**
 * The instance that nobody runs and that is due first, or has been for longest: one step into the index that claims go along. Takes no locks.
 */
export const nextDue: Statement = {
  name: 'next-due',
  text: (schema) => `
select instance.id, instance.saga, instance.version, (extract(epoch from instance.wake_at) * 1000)::bigint as at
from ${schema}.instance
where instance.owner is null and instance.closed_at is null and instance.wake_at < 'infinity'
order by instance.wake_at
limit 1`,
};
