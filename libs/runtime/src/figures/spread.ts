import type { Sample } from './metric.js';

/** How values are spread over the buckets of a histogram. */
export class Spread {
  private readonly counts: Float64Array;
  private sum = 0;

  constructor(
    private readonly labels: Sample['labels'],
    private readonly bounds: readonly number[],
  ) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let place = 0;
    while (place < this.bounds.length && value > this.bounds[place]!) place++;
    this.counts[place]!++;
    this.sum += value;
  }

  /** Buckets hold what is in those before them, as Prometheus has it. */
  samples(): Sample[] {
    let count = 0;
    const buckets = [...this.bounds, Infinity].map((bound, place): Sample => {
      count += this.counts[place]!;
      const le = bound === Infinity ? '+Inf' : String(bound);
      return { labels: { ...this.labels, le }, value: count, part: 'bucket' };
    });
    const { labels, sum } = this;
    return [...buckets, { labels, value: sum, part: 'sum' }, { labels, value: count, part: 'count' }];
  }
}
