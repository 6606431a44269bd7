import { milliseconds, type Duration } from './duration.js';
import type { TransactionOptions } from './step-transactions.js';
import { stepLimit, type LimitOptions, type StepLimit } from './limit-options.js';

/** How a step is tried again. `false` in `StepOptions.retry` means one attempt. */
export interface RetryOptions {
  /** Tries in all, the first included. Default 10; compensations: without end. */
  readonly attempts?: number;
  /** The wait before the second try. Default 500 ms. */
  readonly backoff?: Duration;
  /** What the wait is multiplied by each time. Default 2. */
  readonly factor?: number;
  /** The longest wait. Default 30 s. */
  readonly max?: Duration;
  /** Which share of a wait is random, 0 to 1. Default 0.2. */
  readonly jitter?: number;
}

export interface StepOptions<
  KeyInput extends readonly unknown[] = never[],
  PriorityInput extends readonly unknown[] = KeyInput,
> {
  /** The longest that one attempt may take. Default 30 s. */
  readonly timeout?: Duration;
  /** The longest that the step may take with all attempts and waits. Default 15 min; compensations: without end. */
  readonly deadline?: Duration;
  readonly retry?: RetryOptions | false;
  /**
   * What becomes of a step whose attempts or time are used up without an answer (law S6): `throw`, the default, throws
   * `StepUnknownError` to the code; `incident` parks it for a person, who resumes it when the cause is mended; `verify` lets the
   * `@Verify` method of the step look whether its effect happened, and asks a person if that cannot be found out. A compensation
   * always asks a person.
   */
  readonly onUnknown?: 'throw' | 'incident' | 'verify';
  /** How many attempts may be under way, or begin in a span of time (law S10). Default: no limit. */
  readonly limit?: LimitOptions<KeyInput, PriorityInput>;
}

/** What a step whose body runs in this process may say of its heartbeats. */
export interface HeartbeatOptions {
  /**
   * The longest that the body may go without `currentStep().heartbeat()`; an attempt that is silent for longer is over, and tried again
   * as one whose `timeout` is over. With it `timeout` is as long as the `deadline`, 15 min, if it is not given. Default: it may be silent.
   */
  readonly heartbeatTimeout?: Duration;
}

/** What a step that runs in this process may say beyond that. */
export interface TransactionalOptions {
  /**
   * Runs the body in a TypeORM transaction of the store's database; what it writes there and its outcome are committed together, so
   * that it happens exactly once (law S9). `transactionManager()` of `reprise/postgres` answers the manager to write with.
   * Needs `postgres({ dataSource })`. Default false.
   */
  readonly transactional?: boolean | TransactionOptions;
}

/** The options with every default in place; times in milliseconds, `Infinity` for without end. */
export interface StepPolicy {
  readonly timeout: number;
  /** The longest silence of a body. */
  readonly heartbeatTimeout: number;
  readonly deadline: number;
  readonly attempts: number;
  readonly backoff: number;
  readonly factor: number;
  readonly max: number;
  readonly jitter: number;
  /** True: a step without an answer is put before a person; false: it is thrown to the code. */
  readonly asksPerson: boolean;
  /** True: somebody looks whether the effect of a step without an answer happened. */
  readonly verifies?: true;
  /** Present on a point of no return (law C5). */
  readonly pivot?: true;
  /** Present on a step whose body runs in a transaction of the store's database (law S9). */
  readonly transactional?: TransactionOptions;
  readonly limit?: StepLimit;
}

/** Forward steps end (law S5); compensations never give up by themselves (law C4). */
export function stepPolicy(
  options: StepOptions & TransactionalOptions & HeartbeatOptions & { readonly pivot?: boolean } = {},
  role: 'forward' | 'compensation' = 'forward',
): StepPolicy {
  const retry: RetryOptions = options.retry === false ? { attempts: 1 } : (options.retry ?? {});
  const forward = role === 'forward';
  const { heartbeatTimeout } = options;
  return {
    timeout: milliseconds(options.timeout ?? (heartbeatTimeout === undefined ? '30s' : (options.deadline ?? '15m'))),
    heartbeatTimeout: heartbeatTimeout === undefined ? Infinity : milliseconds(heartbeatTimeout),
    deadline: options.deadline === undefined ? (forward ? 900_000 : Infinity) : milliseconds(options.deadline),
    attempts: retry.attempts ?? (forward ? 10 : Infinity),
    backoff: milliseconds(retry.backoff ?? '500ms'),
    factor: retry.factor ?? 2,
    max: milliseconds(retry.max ?? '30s'),
    jitter: retry.jitter ?? 0.2,
    asksPerson: !forward || options.onUnknown === 'incident' || options.pivot === true,
    ...(options.onUnknown === 'verify' && forward ? { verifies: true as const } : {}),
    ...(options.pivot === true ? { pivot: true as const } : {}),
    ...(options.transactional ? { transactional: options.transactional === true ? {} : options.transactional } : {}),
    ...(options.limit ? { limit: stepLimit(options.limit) } : {}),
  };
}

/**
 * The wait after a failed attempt, in milliseconds.
 * @param attempt the attempt that failed, 1 for the first
 * @param random a number from 0 to 1
 */
export function retryDelay(policy: StepPolicy, attempt: number, random: number): number {
  // Without the inner limit a backoff of 0 would come to 0 times infinity one day.
  const grown = Math.min(policy.factor ** (attempt - 1), Number.MAX_VALUE);
  const full = Math.min(policy.max, policy.backoff * grown);
  return Math.round(full * (1 - policy.jitter * random));
}
