/** One metric, in the words of Prometheus: seconds, `_total` for what only grows, and never an id among the labels. */
export interface Metric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** The upper bounds of a histogram, ascending. */
  readonly bounds?: readonly number[];
}

/** One number of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram: which of its numbers it is. */
  readonly part?: 'bucket' | 'sum' | 'count';
}
