const TIMES = ['next_tick', 'waiting_tick', 'due_at', 'last_tick', 'skipped_tick'];

/** What a ScheduleRecord is made of; times as whole milliseconds since the epoch. */
export const SCHEDULE_COLUMNS = [
  `schedule.name, schedule.saga, schedule.version, schedule.origin, schedule.cron, schedule.time_zone, schedule.overlap,
  schedule.catch_up, schedule.catch_up_window, schedule.input, schedule.state, schedule.note, schedule.last_instance,
  schedule.started, schedule.skipped, schedule.skip_reason, schedule.revision`,
  // Rounded up: what is due by this number is due by the database's clock as well.
  ...TIMES.map((name) => `ceil(extract(epoch from schedule.${name}) * 1000)::bigint as ${name}`),
].join(',\n  ');

/** What a write of a schedule sets beside its name ($1) and revision ($2), from $3 on. */
const WRITTEN: readonly (readonly [column: string, type: string])[] = [
  ['saga', 'text'],
  ['version', 'integer'],
  ['origin', 'text'],
  ['cron', 'text'],
  ['time_zone', 'text'],
  ['overlap', 'text'],
  ['catch_up', 'text'],
  ['catch_up_window', 'bigint'],
  ['input', 'json'],
  ['state', 'text'],
  ['note', 'text'],
  ['last_instance', 'text'],
  ['started', 'bigint'],
  ['skipped', 'bigint'],
  ['skip_reason', 'text'],
  ...TIMES.map((name) => [name, 'timestamptz'] as const),
];

export const WRITTEN_COLUMNS = WRITTEN.map(([column]) => column).join(', ');

/** Milliseconds become a `timestamptz` without passing through a floating point number of seconds. */
export const WRITTEN_VALUES = WRITTEN.map(([, type], index) =>
  type === 'timestamptz'
    ? `timestamptz 'epoch' + $${index + 3}::bigint * interval '1 millisecond'`
    : `$${index + 3}::${type}`,
).join(', ');
