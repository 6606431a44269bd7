import { Clock } from 'reprise/core';

interface Appointment {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that stands still until a test moves it. */
export class VirtualClock extends Clock {
  private appointments: Appointment[] = [];

  /** @param time milliseconds since the epoch; 2030-01-01 by default */
  constructor(private time = Date.UTC(2030, 0, 1)) {
    super();
  }

  now(): number {
    return this.time;
  }

  schedule(at: number, wake: () => void): () => void {
    const appointment = { at, wake };
    this.appointments.push(appointment);
    return () => {
      this.appointments = this.appointments.filter((other) => other !== appointment);
    };
  }

  /** The earliest appointment, or undefined. */
  nextAt(): number | undefined {
    return this.appointments.reduce<number | undefined>(
      (first, { at }) => (first === undefined || at < first ? at : first),
      undefined,
    );
  }

  /** Moves to `time` (never back) and keeps the appointments due by then, in their order. */
  moveTo(time: number): void {
    this.time = Math.max(this.time, time);
    const due = this.appointments.filter(({ at }) => at <= this.time).sort((a, b) => a.at - b.at);
    this.appointments = this.appointments.filter(({ at }) => at > this.time);
    for (const { wake } of due) wake();
  }
}
