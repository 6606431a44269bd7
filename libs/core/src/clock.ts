/** Time, as a port: the engine asks nobody else. Live it is the process's clock, in tests a virtual one. */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;
  /**
   * Calls `wake` once, at or soon after `at` (milliseconds since the epoch; any distance, also past or years ahead).
   * Never calls it synchronously. Answers a function that takes the appointment back.
   */
  abstract schedule(at: number, wake: () => void): () => void;
}
