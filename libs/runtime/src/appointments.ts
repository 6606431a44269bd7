import type { Clock, TimeCall } from 'reprise/core';

interface Appointment {
  readonly at: number;
  readonly cancel: () => void;
  /** The timer or wait it is for; it lapses when that is settled. */
  readonly call: TimeCall | undefined;
}

/** Named appointments with the clock; a new one of the same name replaces the old. */
export class Appointments {
  private readonly kept = new Map<number, Appointment>();

  constructor(private readonly clock: Clock) {}

  /** @param at milliseconds since the epoch */
  set(name: number, at: number, wake: () => void, call?: TimeCall): void {
    this.dismiss(name);
    const cancel = this.clock.schedule(at, () => {
      this.kept.delete(name);
      wake();
    });
    this.kept.set(name, { at, cancel, call });
  }

  has(name: number): boolean {
    return this.kept.has(name);
  }

  dismiss(name: number): void {
    const appointment = this.kept.get(name);
    if (!appointment) return;
    appointment.cancel();
    this.kept.delete(name);
  }

  dismissAll(): void {
    for (const { cancel } of this.kept.values()) cancel();
    this.kept.clear();
  }

  /** The earliest that still matters, in milliseconds since the epoch; null when there is none. */
  nextDue(): number | null {
    let next: number | null = null;
    for (const [name, { at, call }] of this.kept) {
      // The condition of a wait came true before its time.
      if (call && !call.open) this.dismiss(name);
      else if (next === null || at < next) next = at;
    }
    return next;
  }
}

/** The names of appointments about a call; numbers, since several are looked up for each step. */
export const retryOf = (call: number): number => call * 3;
export const attemptOf = (call: number): number => call * 3 + 1;
export const dueOf = (call: number): number => call * 3 + 2;
