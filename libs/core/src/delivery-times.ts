/** When a participant had a request, in milliseconds since the epoch, by its own clock. */
export interface HandlingTimes {
  readonly received: number;
  /** When its handler had ended. */
  readonly handled: number;
}

/** The way of one attempt of a remote step, in milliseconds since the epoch: `sent` by the clock of the saga's side, the rest by the participant's. */
export interface DeliveryTimes extends Partial<HandlingTimes> {
  readonly sent: number;
}
