import type { Clock, TimeCall } from 'reprise/core';

interface Appointment {
  readonly at: number;
  readonly cancel: () => void;
  /** The timer or wait it is for; it lapses when that is settled. */
  readonly call: TimeCall | undefined;
}

/** Named appointments with the clock; a new one of the same name replaces the old. */
export class Appointments {
  private readonly kept = new Map<string, Appointment>();

  constructor(private readonly clock: Clock) {}

  /** @param at milliseconds since the epoch */
  set(name: string, at: number, wake: () => void, call?: TimeCall): void {
    this.dismiss(name);
    const cancel = this.clock.schedule(at, () => {
      this.kept.delete(name);
      wake();
    });
    this.kept.set(name, { at, cancel, call });
  }

  has(name: string): boolean {
    return this.kept.has(name);
  }

  dismiss(name: string): void {
    this.kept.get(name)?.cancel();
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

/** The names of appointments about a call. */
export const retryOf = (call: number): string => `retry ${call}`;
export const attemptOf = (call: number): string => `attempt ${call}`;
export const dueOf = (call: number): string => `due ${call}`;
