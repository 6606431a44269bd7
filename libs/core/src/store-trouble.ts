/** Something about the store that a person should mend, while the work goes on. */
export interface StoreTrouble {
  /** What it is and why; one sentence or two. */
  readonly what: string;
  /** What to do about it. */
  readonly advice: string;
}
