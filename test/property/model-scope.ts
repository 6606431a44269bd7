/** What the model's code throws; named as the engine's errors are. */
export class Failure extends Error {
  constructor(
    override readonly name: string,
    message = '',
    /** The part whose cancellation this is. */
    readonly scope?: Scope,
  ) {
    super(message);
  }
}

/** A part of a program that can be cancelled by itself, or that cancellations from outside do not reach. */
export class Scope {
  isCancelled = false;
  hasEnded = false;

  constructor(
    private readonly around?: Scope,
    private readonly isShield = false,
  ) {}

  /** What a cancellation of the instance does not reach. */
  get isShielded(): boolean {
    return this.isShield || (this.around?.isShielded ?? false);
  }

  /** The scope whose cancellation holds here. */
  get cancelledBy(): Scope | undefined {
    if (this.isCancelled) return this;
    return this.isShield ? undefined : this.around?.cancelledBy;
  }

  isIn(other: Scope): boolean {
    return this === other || (!this.isShield && (this.around?.isIn(other) ?? false));
  }

  cancellation(): Failure {
    return new Failure('SagaCancelledError', '', this);
  }
}
