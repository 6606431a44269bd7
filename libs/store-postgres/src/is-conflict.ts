/** Serialisation failure and deadlock: PostgreSQL rolled a transaction back because of others that ran beside it. */
const CONFLICTS = new Set<unknown>(['40001', '40P01']);
/** How deep errors are wrapped at the most: by TypeORM, by the store, by the application. */
const DEEPEST = 8;

/** True for an error whose transaction succeeds when it is run again, also if others have wrapped it. */
export function isConflict(error: unknown): boolean {
  let at = error as { readonly code?: unknown; readonly driverError?: unknown; readonly cause?: unknown } | undefined;
  for (let depth = 0; depth < DEEPEST && typeof at === 'object' && at !== null; depth++) {
    if (CONFLICTS.has(at.code)) return true;
    at = (at.driverError ?? at.cause) as typeof at;
  }
  return false;
}
