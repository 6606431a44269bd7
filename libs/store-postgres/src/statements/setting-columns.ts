/** What a StepSetting is made of; the parts that were set at run time stand above those that code declares. */
export const SETTING_COLUMNS = `step_limit.saga, step_limit.step,
  coalesce(step_limit.set_concurrency, step_limit.concurrency) as concurrency,
  coalesce(step_limit.set_rate_count, step_limit.rate_count) as rate_count,
  coalesce(step_limit.set_rate_per, step_limit.rate_per) as rate_per,
  step_limit.paused_by, step_limit.pause_reason,
  floor(extract(epoch from step_limit.paused_at) * 1000)::bigint as paused_at`;
