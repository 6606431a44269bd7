import type { Check } from '../check.js';
import { findingsOf } from '../finding.js';

/** Milliseconds. */
const NOTICEABLE = 1_000;
const TOO_MUCH = 30_000;
const { ok, warning, problem } = findingsOf('clock');

/** How far the clock of this machine is from the database's: timers go by the one, ownership by the other. */
export const clock: Check = {
  name: 'clock',
  readsTables: false,
  async look({ ask }) {
    const asked = Date.now();
    const [row] = await ask('select extract(epoch from clock_timestamp()) * 1000 as now');
    const answered = Date.now();
    const there = Number(row!['now']);
    // It was read at some time in between.
    const skew = there < asked ? there - asked : Math.max(0, there - answered);
    const what = `The clock of the database is ${Math.abs(Math.round(skew))} ms ${skew < 0 ? 'behind' : 'ahead of'} that of this machine`;
    const advice = 'Let both machines keep time by NTP.';
    if (Math.abs(skew) > TOO_MUCH) return [problem(`${what}, so timers and deadlines are off by that.`, advice)];
    if (Math.abs(skew) > NOTICEABLE) return [warning(`${what}, so timers and deadlines are off by that.`, advice)];
    return [ok('The clocks of the database and of this machine agree.')];
  },
};
