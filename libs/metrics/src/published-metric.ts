import type { Metric, Registry } from 'prom-client';
import { METRICS, type Figures, type MetricName } from 'reprise/runtime';

/** One metric as a registry of prom-client reads it: it asks when it is scraped, so that counting needs nothing of prom-client. */
export class PublishedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator = 'sum';

  constructor(
    private readonly figures: Figures,
    private readonly metric: MetricName,
  ) {
    ({ name: this.name, help: this.help, kind: this.type } = METRICS[metric]);
  }

  publish(register: Registry): void {
    // The registry asks a metric for its name, and calls `get` and `reset`; its type names the classes that it makes itself.
    register.registerMetric(this as unknown as Metric);
  }

  async get() {
    const { name, help, type, aggregator } = this;
    const samples = await this.figures.samples(this.metric);
    const values = samples.map(({ labels, value, part }) => ({
      labels: { ...labels },
      value,
      metricName: part ? `${name}_${part}` : name,
    }));
    return { name, help, type, aggregator, values };
  }

  /** Counters of Prometheus only grow: `resetMetrics()` of a registry is for tests of whoever calls it. */
  reset(): void {
    return undefined;
  }
}
