import { SagaError } from './saga-error.js';

type Unit =
  | 'ms'
  | 'millisecond'
  | 'milliseconds'
  | 's'
  | 'second'
  | 'seconds'
  | 'm'
  | 'minute'
  | 'minutes'
  | 'h'
  | 'hour'
  | 'hours'
  | 'd'
  | 'day'
  | 'days';

/** A span of time: milliseconds, or a number with a unit. A misspelt unit does not compile. */
export type Duration = number | `${number}${Unit}` | `${number} ${Unit}`;

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SHORT: Readonly<Record<string, string>> = {
  millisecond: 'ms',
  milliseconds: 'ms',
  second: 's',
  seconds: 's',
  minute: 'm',
  minutes: 'm',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
};

/**
 * Milliseconds of a duration.
 * @throws SagaError `INVALID_DURATION` for a negative or non-finite number, or words that are not a duration.
 * @example milliseconds('5s') // 5000
 */
export function milliseconds(duration: Duration): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration;
  } else {
    const parts = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(duration);
    const unit = parts ? MILLISECONDS[SHORT[parts[2]!] ?? parts[2]!] : undefined;
    if (parts && unit !== undefined) return Math.round(Number(parts[1]) * unit);
  }
  throw new SagaError(
    'INVALID_DURATION',
    `"${String(duration)}" is not a duration.`,
    'Write milliseconds as a number, or a number with ms, s, m, h or d, as in "30s" or "2 days".',
  );
}
