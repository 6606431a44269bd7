import { histories } from './0001-histories.js';
import { stepOutcomes } from './0002-step-outcomes.js';
import { catalogue } from './0003-catalogue.js';
import { schedules } from './0004-schedules.js';
import { stepLimits } from './0005-step-limits.js';
import { correspondence } from './0006-correspondence.js';
import { losses } from './0007-losses.js';
import { stepProgress } from './0008-step-progress.js';
import { delayedStarts } from './0009-delayed-starts.js';
import { cues } from './0010-cues.js';
import { deliveries } from './0011-deliveries.js';
import type { Migration } from './migration.js';

/** Every migration, in order of its number. */
export const MIGRATIONS: readonly Migration[] = [
  histories,
  stepOutcomes,
  catalogue,
  schedules,
  stepLimits,
  correspondence,
  losses,
  stepProgress,
  delayedStarts,
  cues,
  deliveries,
];
