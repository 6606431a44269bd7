import type { InstanceSummary, SagaStatus } from 'reprise/core';
import { timeText } from './printable.js';
import type { Style } from './style.js';
import type { Cell } from './table.js';

export const INSTANCE_HEADS = ['id', 'saga', 'version', 'status', 'started', 'error'] as const;

/** One instance as a row of a list. */
export function instanceRow({ id, saga, version, status, startedAt, retrying, error }: InstanceSummary): Cell[] {
  const text = retrying ? `${status}, retrying` : status;
  return [id, saga, version, { text, style: statusStyle(status) }, timeText(startedAt), error?.message ?? ''];
}

/** What needs somebody is red, what is over well is green. */
export function statusStyle(status: SagaStatus): Style {
  if (status === 'incident' || status === 'failed') return 'red';
  if (status === 'completed') return 'green';
  return status === 'running' ? 'bold' : 'yellow';
}
