import { milliseconds, type Duration } from './duration.js';

/** At most `count` attempts begin within any span of `per`. */
export interface RateOption {
  readonly count: number;
  readonly per: Duration;
}

/**
 * How many attempts of a step may be under way, or begin (law S10). `KeyInput` and `PriorityInput` are what the functions take of the
 * step's input.
 */
export interface LimitOptions<
  KeyInput extends readonly unknown[] = never[],
  PriorityInput extends readonly unknown[] = KeyInput,
> {
  /** Attempts under way at a time in one process. */
  readonly perProcess?: number;
  /** Attempts under way at a time in all processes over the store. */
  readonly concurrency?: number;
  /** Attempts that begin in a span of time, in all processes over the store. */
  readonly rate?: RateOption;
  /** Groups steps by their input, for instance by customer: a text of at most 200 characters. Groups take turns. */
  readonly key?: (...input: KeyInput) => string;
  /** `key`, the default with a key: every group has `concurrency` and `rate` to itself. `step`: all groups share them. */
  readonly scope?: 'key' | 'step';
  /** Steps with a higher number go first, whatever their group. Default 0. */
  readonly priority?: (...input: PriorityInput) => number;
}

/** What all workers share; absent parts are without limit. Times in milliseconds. */
export interface SharedLimit {
  readonly concurrency?: number;
  readonly rate?: { readonly count: number; readonly perMs: number };
}

/** A declared limit with its defaults in place. */
export interface StepLimit {
  readonly perProcess?: number;
  readonly shared: SharedLimit;
  readonly key?: (...input: never[]) => string;
  readonly scope: 'key' | 'step';
  readonly priority?: (...input: never[]) => number;
}

/** @throws SagaError `INVALID_DURATION` */
export function stepLimit(options: LimitOptions): StepLimit {
  const { perProcess, key, priority } = options;
  return {
    ...(perProcess === undefined ? {} : { perProcess }),
    shared: sharedLimit(options),
    ...(key ? { key } : {}),
    scope: options.scope ?? (key ? 'key' : 'step'),
    ...(priority ? { priority } : {}),
  };
}

/** @throws SagaError `INVALID_DURATION` */
export function sharedLimit(options: Pick<LimitOptions, 'concurrency' | 'rate'>): SharedLimit {
  const { concurrency, rate } = options;
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rate === undefined ? {} : { rate: { count: rate.count, perMs: milliseconds(rate.per) } }),
  };
}

/** True if anything is shared at all. */
export function isShared(limit: SharedLimit): boolean {
  return limit.concurrency !== undefined || limit.rate !== undefined;
}

/** What is wrong with a shared limit, in words. */
export function sharedLimitProblems({ concurrency, rate }: Pick<LimitOptions, 'concurrency' | 'rate'>): string[] {
  const problems: string[] = [];
  if (concurrency !== undefined && !isCount(concurrency)) {
    problems.push(`limit.concurrency is ${String(concurrency)}; it is a whole number from 1.`);
  }
  if (rate !== undefined && !isCount(rate.count)) {
    problems.push(`limit.rate.count is ${String(rate.count)}; it is a whole number from 1.`);
  }
  if (rate !== undefined && spanProblem(rate.per) !== undefined) problems.push(spanProblem(rate.per)!);
  return problems;
}

/** True for a whole number from 1 that fits into the store. */
export function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 0x7fffffff;
}

function spanProblem(per: Duration): string | undefined {
  try {
    return milliseconds(per) >= 1 ? undefined : `limit.rate.per is ${per}; it is at least a millisecond.`;
  } catch (error) {
    return `limit.rate.per: ${(error as Error).message}`;
  }
}
