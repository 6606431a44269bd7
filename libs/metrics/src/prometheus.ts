import { register as usual, type Registry } from 'prom-client';
import { milliseconds, type Duration } from 'reprise/core';
import { Figures, METRICS, type MetricName } from 'reprise/runtime';
import { PublishedMetric } from './published-metric.js';

export interface PrometheusOptions {
  /** The application's registry. Default: the one of `prom-client` that everybody shares. */
  readonly register?: Registry;
  /** How long figures of the store are good: scrapes in between do not ask it. Default 10 s. */
  readonly storeCache?: Duration;
  /** How long the store may take. A scrape waits no longer, and goes without. Default 1 s. */
  readonly storeLimit?: Duration;
}

/**
 * Puts the figures of one engine into a registry of `prom-client`, which the application serves as it likes. Each engine needs a registry
 * of its own. @throws Error when the registry has a metric of one of the names already
 * @example SagaModule.forRoot({ store, metrics: prometheus() })
 */
export function prometheus({
  register = usual,
  storeCache = '10s',
  storeLimit = '1s',
}: PrometheusOptions = {}): Figures {
  const figures = new Figures({ cache: milliseconds(storeCache), limit: milliseconds(storeLimit) });
  for (const name of Object.keys(METRICS) as MetricName[]) new PublishedMetric(figures, name).publish(register);
  return figures;
}
