import { SagaCancelledError } from './outcome-errors.js';
import { throwToCode } from './thrown-to-code.js';

/**
 * A part of a saga's code (law C7). A call belongs to the scope that it was made in, wherever it is awaited. A cancellation of a scope
 * reaches what was asked for in it and in the scopes inside it, up to the next one that is a shield.
 */
export class CodeScope {
  /** Its body has ended. */
  ended = false;
  private cancellation: { readonly reason: string | undefined } | undefined;
  private readonly thrown = new WeakSet<object>();

  /** @param around the scope that this one is in; a part of its own when there is none */
  constructor(
    private readonly around?: CodeScope,
    private readonly shield = false,
  ) {}

  /** True when a shield lies between it and the outside: a cancellation of the instance does not come in. */
  get shielded(): boolean {
    return this.shield || (this.around?.shielded ?? false);
  }

  /** The outermost scope around it. */
  get outermost(): CodeScope {
    return this.around?.outermost ?? this;
  }

  /** The innermost scope whose cancellation reaches what is asked for here; undefined when there is none. */
  get cancelledBy(): CodeScope | undefined {
    if (this.cancellation) return this;
    return this.shield ? undefined : this.around?.cancelledBy;
  }

  /** True when a cancellation of that scope reaches what is asked for here. */
  isReachedFrom(scope: CodeScope): boolean {
    if (this === scope) return true;
    return !this.shield && (this.around?.isReachedFrom(scope) ?? false);
  }

  cancel(reason: string | undefined): void {
    this.cancellation ??= { reason };
  }

  /** A new error for one of the calls that its cancellation reached. */
  error(): SagaCancelledError {
    const error = throwToCode(new SagaCancelledError(this.cancellation?.reason, 'SCOPE_CANCELLED'));
    this.thrown.add(error);
    return error;
  }

  /** True for an error that its own cancellation threw, and for one that sums up such, as `Promise.any` throws it. */
  threw(error: unknown): boolean {
    if (error instanceof AggregateError) return error.errors.some((one) => this.threw(one));
    return typeof error === 'object' && error !== null && this.thrown.has(error);
  }
}
