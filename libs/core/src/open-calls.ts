import type { CodeScope } from './code-scope.js';

/** What kind of call the code waits for. */
interface CallKind {
  /** Whose cancellation reaches it; absent when none does: a compensation (C7). */
  readonly scope?: CodeScope | undefined;
  /** A child: after a cancellation it is waited for until it has ended by itself (C6). */
  readonly endsByItself?: boolean;
  /** The timer of a scope's time limit. */
  readonly limits?: boolean;
  /** Present for `until`: looked at after every event. */
  readonly condition?: () => boolean;
}

/** A promise that the saga's code holds, settled from history. */
interface OpenCall {
  readonly kind: CallKind;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Told after the code, whatever became of the call. */
  followers?: (() => void)[];
  /** A cancellation reached what ends by itself: then it ends in this error, however it ends. */
  verdict?: unknown;
}

/** What the saga's code waits for, by call number. */
export class OpenCalls {
  private readonly open = new Map<number, OpenCall>();
  private conditions = 0;

  get size(): number {
    return this.open.size;
  }

  /** A promise for the call. A rejection that nobody awaits (the loser of a race) is nobody's crash. */
  wait(call: number, kind: CallKind = {}): Promise<unknown> {
    const promise = new Promise<unknown>((resolve, reject) => {
      this.open.set(call, { kind, resolve, reject });
    });
    if (kind.condition) this.conditions++;
    promise.catch(() => undefined);
    return promise;
  }

  /** Resolves when the call is settled, after whoever made it has been told. */
  settled(call: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.open.has(call)) void this.wait(call);
      (this.open.get(call)!.followers ??= []).push(resolve);
    });
  }

  resolve(call: number, value: unknown): void {
    const taken = this.take(call);
    if (taken?.verdict === undefined) taken?.resolve(value);
    else taken.reject(taken.verdict);
    for (const follow of taken?.followers ?? []) follow();
  }

  reject(call: number, error: unknown): void {
    const taken = this.take(call);
    taken?.reject(taken.verdict ?? error);
    for (const follow of taken?.followers ?? []) follow();
  }

  /**
   * Rejects what a cancellation reaches, in the order of the calls; what ends by itself then ends in that error.
   * @param error made anew for each
   * @returns the calls
   */
  cancel(reached: (call: CallKind) => boolean, error: () => unknown): number[] {
    const calls: number[] = [];
    for (const [call, found] of [...this.open]) {
      if (found.verdict !== undefined || !reached(found.kind)) continue;
      calls.push(call);
      if (found.kind.endsByItself) {
        found.verdict = error();
        continue;
      }
      this.take(call)?.reject(error());
      // Whoever follows the call itself, not the code that made it, still waits for its outcome.
      for (const follow of found.followers ?? []) void this.settled(call).then(follow);
    }
    return calls;
  }

  has(call: number): boolean {
    return this.open.has(call);
  }

  /** The code does not wait for the call any more; its promise never settles. */
  forget(call: number): void {
    this.take(call);
  }

  /** Forgets everything: the code that waits for it is over. */
  abandonAll(): void {
    this.open.clear();
    this.conditions = 0;
  }

  /** The first wait whose condition holds, or throws; undefined when there is none. */
  satisfied(): { readonly call: number; readonly error?: unknown } | undefined {
    if (this.conditions === 0) return undefined;
    for (const [call, { kind }] of this.open) {
      const { condition } = kind;
      if (!condition) continue;
      try {
        if (condition()) return { call };
      } catch (error) {
        return { call, error: error ?? new Error('the condition threw nothing') };
      }
    }
    return undefined;
  }

  private take(call: number): OpenCall | undefined {
    const found = this.open.get(call);
    this.open.delete(call);
    if (found?.kind.condition) this.conditions--;
    return found;
  }
}
