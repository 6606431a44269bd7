import { SagaError, type SagaErrorCode } from 'reprise/core';

/** A request that is answered without its handler, or whose result is withheld. */
export class Refusal extends Error {
  readonly error: SagaError;

  constructor(
    /** Whether trying the same again can help. */
    readonly kind: 'fatal' | 'transient',
    code: SagaErrorCode,
    what: string,
    advice: string,
    options?: { cause?: unknown },
  ) {
    super(what);
    this.error = new SagaError(code, what, advice, options);
  }
}
