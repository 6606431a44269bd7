import type { Metric, Sample } from './metric.js';

/** All numbers of one metric, one for each set of labels that has come up. */
export class Family<T extends { samples(): Sample[] }> {
  private readonly members = new Map<string, T>();

  constructor(
    private readonly metric: Metric,
    private readonly make: (labels: Sample['labels']) => T,
  ) {}

  /** Looked up once for each set of labels and kept by whoever counts. @param values in the order of the metric's labels */
  of(...values: string[]): T {
    const name = JSON.stringify(values);
    let member = this.members.get(name);
    if (!member) {
      member = this.make(Object.fromEntries(this.metric.labels.map((label, i) => [label, values[i]!])));
      this.members.set(name, member);
    }
    return member;
  }

  samples(): Sample[] {
    return [...this.members.values()].flatMap((member) => member.samples());
  }
}
