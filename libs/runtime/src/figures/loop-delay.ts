import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Sample } from './metric.js';

/** How often the event loop is looked at, in milliseconds; what it is late beyond that is its delay. */
const EVERY = 20;

/** How long the event loop lets its callers wait: the first thing to look at when a worker loses its lease. */
export class LoopDelay {
  private readonly seen: IntervalHistogram = monitorEventLoopDelay({ resolution: EVERY });

  begin(): void {
    this.seen.enable();
  }

  end(): void {
    this.seen.disable();
  }

  /** Since it was last called. */
  samples(): Sample[] {
    const { seen } = this;
    if (seen.count === 0) return [];
    const of = (quantile: string, nanoseconds: number): Sample => ({
      labels: { quantile },
      value: Math.max(0, nanoseconds / 1e9 - EVERY / 1_000),
    });
    const samples = [of('0.5', seen.percentile(50)), of('0.99', seen.percentile(99)), of('1', seen.max)];
    seen.reset();
    return samples;
  }
}
