import { SagaError, type OperatorAction, type SagaErrorCode, type SagaStatus } from 'reprise/core';
import type { InstanceQuery } from './instance-query.js';
import type { Operator } from './operator.js';
import type { SagaQueries } from './saga-queries.js';

/** What can be done to many instances: the actions that are about no single call. */
export type BulkAction = Extract<OperatorAction, 'retry' | 'terminate' | 'cancel' | 'pause' | 'resume' | 'redrive'>;

export interface BulkOptions extends Operator {
  /** Counts what the query finds, and does nothing. */
  readonly dryRun?: boolean;
  /** Called after every few instances. */
  readonly onProgress?: (progress: BulkProgress) => void;
  /** Stops it; instances that were begun with are done. */
  readonly signal?: AbortSignal;
}

export interface BulkProgress {
  /** How many instances were found so far. */
  readonly found: number;
  readonly done: number;
  /** Refused, or not confirmed. */
  readonly failed: number;
}

export interface BulkOutcome {
  readonly id: string;
  readonly outcome: 'done' | 'failed';
  /** Why it failed: `OPERATION_REFUSED`, `OPERATION_NOT_CONFIRMED`, … */
  readonly code?: SagaErrorCode;
  readonly message?: string;
}

export interface BulkReport extends BulkProgress {
  /** One for each instance; empty in a dry run. */
  readonly outcomes: readonly BulkOutcome[];
  /** True if it was stopped before the end. */
  readonly stopped: boolean;
}

/** How many instances are operated on at a time. */
const ABREAST = 16;

/** Which instances the action is for. */
export function statusesFor(action: BulkAction): readonly SagaStatus[] {
  return action === 'redrive' ? ['failed'] : ['delayed', 'running', 'paused', 'compensating', 'incident'];
}

export async function operateInBulk(
  queries: SagaQueries,
  query: InstanceQuery,
  act: (id: string) => Promise<void>,
  { dryRun = false, onProgress, signal }: BulkOptions,
): Promise<BulkReport> {
  const seen = new Set<string>();
  const outcomes: BulkOutcome[] = [];
  const progress = (): BulkProgress => {
    const done = outcomes.filter(({ outcome }) => outcome === 'done').length;
    return { found: seen.size, done, failed: outcomes.length - done };
  };
  let after: string | undefined;
  do {
    const page = await queries.list(query, { size: 200, ...(after === undefined ? {} : { after }) });
    const ids = new Set(page.instances.map(({ id }) => id).filter((id) => !seen.has(id)));
    for (const some of slices([...ids], dryRun ? ids.size : ABREAST)) {
      if (signal?.aborted) return { ...progress(), outcomes, stopped: true };
      for (const id of some) seen.add(id);
      if (!dryRun) outcomes.push(...(await Promise.all(some.map((id) => attempt(id, act)))));
      onProgress?.(progress());
    }
    after = page.next;
  } while (after !== undefined);
  return { ...progress(), outcomes, stopped: false };
}

function slices<T>(all: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let from = 0; from < all.length; from += size) found.push(all.slice(from, from + size));
  return found;
}

async function attempt(id: string, act: (id: string) => Promise<void>): Promise<BulkOutcome> {
  try {
    await act(id);
    return { id, outcome: 'done' };
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    return { id, outcome: 'failed', code: error.code, message: error.message };
  }
}
