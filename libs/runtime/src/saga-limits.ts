import {
  SagaError,
  sharedLimit,
  sharedLimitProblems,
  type LimitOptions,
  type SagaDefinition,
  type StepLimits,
  type StepLimitStatus,
  type StepType,
} from 'reprise/core';

/**
 * Limits and pauses of steps, changed while sagas run (law S10). They hold for all workers over the store, from the next attempt on, and
 * stay until they are changed again. Steps are named by the saga's name and the name of their method.
 *
 * @example
 * await limits.set('place-order', 'charge', { concurrency: 5 });
 * await limits.pause('place-order', 'charge', { by: 'anna', reason: 'the payment provider is down' });
 */
export class SagaLimits {
  constructor(
    /** The sagas that this process runs: their steps are known here. */
    private readonly hosted: { definitions(): readonly SagaDefinition[] },
    private readonly store: () => StepLimits,
  ) {}

  /**
   * Sets what is given, above what code declares. A key that code declares goes on grouping.
   * @throws SagaError `INVALID_LIMIT`, `STORE_UNAVAILABLE`
   */
  async set(saga: string, step: string, limit: Pick<LimitOptions, 'concurrency' | 'rate'>): Promise<void> {
    const type = this.checked(saga, step);
    const problems = sharedLimitProblems(limit);
    if (limit.concurrency === undefined && limit.rate === undefined)
      problems.push('there is no concurrency and no rate.');
    if (problems.length > 0) {
      const what = `The limit for step "${step}" of saga "${saga}" is none: ${problems.join(' ')}`;
      throw new SagaError('INVALID_LIMIT', what, 'To take a limit away that was set here, clear it.');
    }
    await this.store().set(type, sharedLimit(limit));
  }

  /** Takes away what `set` has set: what code declares holds again. @throws SagaError `INVALID_LIMIT`, `STORE_UNAVAILABLE` */
  async clear(saga: string, step: string): Promise<void> {
    await this.store().clear(this.checked(saga, step));
  }

  /**
   * No attempt of the step begins on any worker until it is resumed; attempts under way go on. Its compensation is a step of its own
   * name and goes on. A pause does not stop the step's `deadline`. One that is paused already stays as it is.
   * @throws SagaError `INVALID_LIMIT`, `STORE_UNAVAILABLE`
   */
  async pause(saga: string, step: string, record: { readonly by: string; readonly reason: string }): Promise<void> {
    await this.store().pause(this.checked(saga, step), record.by, record.reason);
  }

  /** Ends a pause. Answers whether there was one. @throws SagaError `INVALID_LIMIT`, `STORE_UNAVAILABLE` */
  async resume(saga: string, step: string, record: { readonly by: string }): Promise<boolean> {
    return this.store().resume(this.checked(saga, step), record.by);
  }

  /** Every limit and pause, with how many attempts hold a permit and how many wait. Reads every permit: for people. */
  async list(): Promise<StepLimitStatus[]> {
    return this.store().list();
  }

  /** A misspelt step would be limited without a trace; where the saga is hosted that can be told. */
  private checked(saga: string, step: string): StepType {
    const versions = this.hosted.definitions().filter(({ name }) => name === saga);
    if (versions.length === 0 || versions.some(({ steps }) => steps.has(step))) return { saga, step };
    const known = [...new Set(versions.flatMap(({ steps }) => [...steps.keys()]))].join(', ') || 'none';
    throw new SagaError('INVALID_LIMIT', `Saga "${saga}" has no step "${step}".`, `It has: ${known}.`);
  }
}
