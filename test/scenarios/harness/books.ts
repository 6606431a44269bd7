import { currentStep } from 'reprise/runtime';

/** By what a participant tells requests apart: the same on every attempt. */
export interface Request {
  readonly key: string;
  /** In a compensation: the key of what it takes back. */
  readonly undoes?: string;
}

interface Entry {
  readonly what: string;
  undone: boolean;
}

/**
 * What sagas did in the world, kept as a participant keeps it that does each request once: by its idempotency key (law S3). What is
 * written here is right if nothing was done twice, nothing was forgotten, and what had to be undone is undone.
 */
export class Books {
  /** What was done and taken back, in the order in which it was taken back. */
  readonly takenBack: string[] = [];
  private readonly entries = new Map<string, Entry>();

  /** Something was done. Answers false if it had been done already, or was taken back before it came. */
  did(what: string, { key }: Request = request()): boolean {
    if (this.entries.has(key)) return false;
    this.entries.set(key, { what, undone: false });
    return true;
  }

  /** What the step did that this compensation belongs to is taken back; if it never happened it cannot happen any more. */
  undid({ undoes }: Request = request()): void {
    const entry = this.entries.get(undoes!) ?? { what: '', undone: false };
    this.entries.set(undoes!, entry);
    if (entry.what !== '' && !entry.undone) this.takenBack.push(entry.what);
    entry.undone = true;
  }

  /** What was done and not taken back, in order of the alphabet. */
  get standing(): string[] {
    return [...this.entries.values()]
      .filter(({ undone }) => !undone)
      .map(({ what }) => what)
      .sort();
  }

  has(what: string): boolean {
    return this.standing.includes(what);
  }
}

function request(): Request {
  return currentStep()!;
}
