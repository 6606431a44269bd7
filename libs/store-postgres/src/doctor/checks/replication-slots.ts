import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';

/** Transactions that have begun since. */
const OLD = 1_000_000;
const { ok, warning, problem } = findingsOf('replication-slots');

/** Slots that nobody reads any more: they keep the log, and with feedback also dead rows. */
export const replicationSlots: Check = {
  name: 'replication-slots',
  readsTables: false,
  async look({ ask }) {
    const rows = await ask(`
select slot_name, active, greatest(age(xmin), age(catalog_xmin)) as age,
  case when pg_is_in_recovery() then null else pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) end as kept
from pg_replication_slots
order by slot_name`);
    const found = rows.flatMap((row): Finding[] => {
      const age = Number(row['age'] ?? 0);
      const holds = `holds back ${row['kept'] ?? 'an unknown amount'} of the log and ${age} transactions`;
      if (row['active'] === 'f')
        return [
          (age > OLD ? problem : warning)(
            `Nobody reads the replication slot ${row['slot_name']}, which ${holds}.`,
            `Start its reader, or drop it with \`select pg_drop_replication_slot('${row['slot_name']}')\`.`,
          ),
        ];
      if (age > OLD)
        return [
          warning(
            `The reader of the replication slot ${row['slot_name']} is far behind: it ${holds}.`,
            'Look at that reader.',
          ),
        ];
      return [];
    });
    return found.length > 0 ? found : [ok('No replication slot holds anything back.')];
  },
};
