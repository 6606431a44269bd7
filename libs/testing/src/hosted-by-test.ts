import type { HostedSaga } from 'reprise/runtime';
import type { CrashPoint } from './crash-point.js';

/** Who is hosted in the process of a test: what `testSaga` sets up. */
export interface HostedByTest {
  /** @param point looks at every attempt, before and after its body */
  hosted(point?: CrashPoint): readonly HostedSaga[];
}
