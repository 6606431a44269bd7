/** Attempts of steps that the test settles itself, in whatever order it likes. */
export class Deferred {
  private readonly waiting: { readonly name: string; resolve(value: unknown): void; reject(error: unknown): void }[] =
    [];

  /** A body that waits to be settled by this name. */
  body(name: string): () => Promise<unknown> {
    return () => new Promise((resolve, reject) => this.waiting.push({ name, resolve, reject }));
  }

  /** A body that waits to be settled by the name that it gets as its first argument. */
  readonly byArgument = (args: readonly unknown[]): Promise<unknown> => this.body(String(args[0]))();

  /** The names that wait, oldest first. */
  get names(): string[] {
    return this.waiting.map(({ name }) => name);
  }

  resolve(name: string, value?: unknown): void {
    this.take(name).resolve(value);
  }

  reject(name: string, error: unknown): void {
    this.take(name).reject(error);
  }

  private take(name: string) {
    const at = this.waiting.findIndex((other) => other.name === name);
    if (at < 0) throw new Error(`Nobody waits for ${name}; there are ${this.names.join(', ')}.`);
    return this.waiting.splice(at, 1)[0]!;
  }
}
