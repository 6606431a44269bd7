/** What the body of a step returns when its outcome comes from elsewhere. */
export class Deferral {
  /** @param within for how many milliseconds it is waited for; undefined: as long as the step has time */
  constructor(readonly within: number | undefined) {}
}
