/** A promise that the saga's code holds, settled from history. */
interface OpenCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
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
  wait(call: number, condition?: () => boolean): Promise<unknown> {
    const promise = new Promise<unknown>((resolve, reject) => {
      this.open.set(call, condition ? { resolve, reject, condition } : { resolve, reject });
    });
    if (condition) this.conditions++;
    promise.catch(() => undefined);
    return promise;
  }

  resolve(call: number, value: unknown): void {
    this.take(call)?.resolve(value);
  }

  reject(call: number, error: unknown): void {
    this.take(call)?.reject(error);
  }

  /** Rejects everything that is open, in the order of the calls. */
  rejectAll(error: () => unknown): void {
    for (const call of [...this.open.keys()]) this.reject(call, error());
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
