/** A promise that the saga's code holds, settled from history. */
interface OpenCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Told after the code, whatever became of the call. */
  readonly followers: (() => void)[];
  /** A compensation: a cancellation does not reach it (C7). */
  readonly shielded: boolean;
  /** Present for `until`: looked at after every event. */
  readonly condition?: () => boolean;
}

/** What the saga's code waits for, by call number. */
export class OpenCalls {
  private readonly open = new Map<number, OpenCall>();
  private conditions = 0;

  get size(): number {
    return this.open.size;
  }

  /** A promise for the call. A rejection that nobody awaits (the loser of a race) is nobody's crash. */
  wait(
    call: number,
    { condition, shielded = false }: { readonly condition?: () => boolean; readonly shielded?: boolean } = {},
  ): Promise<unknown> {
    const promise = new Promise<unknown>((resolve, reject) => {
      this.open.set(call, { resolve, reject, followers: [], shielded, ...(condition ? { condition } : {}) });
    });
    if (condition) this.conditions++;
    promise.catch(() => undefined);
    return promise;
  }

  /** Resolves when the call is settled, after whoever made it has been told. */
  settled(call: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.open.has(call)) void this.wait(call, { shielded: true });
      this.open.get(call)!.followers.push(resolve);
    });
  }

  resolve(call: number, value: unknown): void {
    const taken = this.take(call);
    taken?.resolve(value);
    for (const follow of taken?.followers ?? []) follow();
  }

  reject(call: number, error: unknown): void {
    const taken = this.take(call);
    taken?.reject(error);
    for (const follow of taken?.followers ?? []) follow();
  }

  /** Rejects everything that is open and not shielded, in the order of the calls. */
  rejectAll(error: () => unknown): void {
    for (const [call, { shielded, followers }] of [...this.open]) {
      if (shielded) continue;
      this.take(call)?.reject(error());
      // Whoever follows the call itself, not the code that made it, still waits for its outcome.
      for (const follow of followers) void this.settled(call).then(follow);
    }
  }

  /** Forgets everything: the code that waits for it is over. */
  abandonAll(): void {
    this.open.clear();
    this.conditions = 0;
  }

  /** The first wait whose condition holds, or throws; undefined when there is none. */
  satisfied(): { readonly call: number; readonly error?: unknown } | undefined {
    if (this.conditions === 0) return undefined;
    for (const [call, { condition }] of this.open) {
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
    if (found?.condition) this.conditions--;
    return found;
  }
}
