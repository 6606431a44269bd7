import type { Metric } from './metric.js';

/** Seconds: from what the event loop takes to what people take. */
const BODY = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const RUN = [0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 3_600, 21_600, 86_400, 604_800];
const COMMIT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
const BATCH = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

const counter = (name: string, help: string, ...labels: string[]) =>
  ({ name, kind: 'counter', help, labels }) satisfies Metric;
const gauge = (name: string, help: string, ...labels: string[]) =>
  ({ name, kind: 'gauge', help, labels }) satisfies Metric;
const histogram = (name: string, help: string, bounds: readonly number[], ...labels: string[]) =>
  ({ name, kind: 'histogram', help, labels, bounds }) satisfies Metric;

/** Everything that is measured. The table in docs/metrics.md is held equal to it. */
export const METRICS = {
  started: counter('saga_started_total', 'Instances started by this process.', 'saga'),
  closed: counter('saga_closed_total', 'Instances that ended in this process.', 'saga', 'outcome'),
  duration: histogram('saga_duration_seconds', 'From the start of a run to its end.', RUN, 'saga'),
  compensations: counter('saga_compensations_total', 'Instances that began to undo their steps.', 'saga'),
  incidents: counter('saga_incidents_total', 'Incidents opened by this process.', 'code'),
  attempts: counter('saga_step_attempts_total', 'Attempts of steps that ended, durably.', 'saga', 'step', 'outcome'),
  stepDuration: histogram('saga_step_duration_seconds', 'How long an attempt took to answer.', BODY, 'saga', 'step'),
  batchSize: histogram('saga_append_batch_turns', 'Turns in one write to the store.', BATCH),
  appendDuration: histogram('saga_append_duration_seconds', 'How long one write to the store took.', COMMIT),
  appendFailures: counter('saga_append_failures_total', 'Writes that the store did not take.'),
  claimed: counter('saga_claimed_total', 'Instances taken from the store.'),
  evicted: counter('saga_evicted_total', 'Instances that left the memory, ended or not.'),
  orphans: counter('saga_orphans_total', 'Answers and messages that nobody could take.', 'reason'),
  leaseLost: counter('saga_lease_lost_total', 'How often this worker was taken for dead.'),
  refused: counter('saga_refused_replies_total', 'Answers refused here.', 'code', 'transport', 'service'),
  residents: gauge('saga_resident', 'Instances in the memory of this process.'),
  loopDelay: gauge('saga_event_loop_delay_seconds', 'Delay of the event loop since it was last read.', 'quantile'),
  open: gauge('saga_open', 'Open instances in the store, at most 10,000 of each.', 'saga', 'status'),
  overdue: gauge('saga_oldest_due_seconds', 'For how long an instance has been due that nobody takes.'),
  deadLetters: gauge('saga_dead_letters', 'Cues that were given up, at most 10,000.'),
  workers: gauge('saga_workers', 'Workers with a living lease.'),
  storeRead: gauge('saga_store_read', '1 if the figures of the store could be read in time, else 0.'),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
