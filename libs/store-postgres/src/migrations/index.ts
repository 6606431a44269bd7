import { histories } from './0001-histories.js';
import type { Migration } from './migration.js';

/** Every migration, in order of its number. */
export const MIGRATIONS: readonly Migration[] = [histories];
