/** What an InstanceSummary is made of; times as whole milliseconds since the epoch. */
export const SUMMARY_COLUMNS = `instance.shard, instance.run, instance.id, instance.saga, instance.version,
  instance.status, instance.retrying, instance.error, instance.tags, instance.parent,
  floor(extract(epoch from instance.started_at) * 1000)::bigint as started_at,
  floor(extract(epoch from instance.begins_at) * 1000)::bigint as begins_at,
  floor(extract(epoch from instance.closed_at) * 1000)::bigint as closed_at`;
