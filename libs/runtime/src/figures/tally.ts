import type { Sample } from './metric.js';

/** A number that only grows. */
export class Tally {
  private value = 0;

  constructor(private readonly labels: Sample['labels']) {}

  add(more = 1): void {
    this.value += more;
  }

  samples(): Sample[] {
    return [{ labels: this.labels, value: this.value }];
  }
}
