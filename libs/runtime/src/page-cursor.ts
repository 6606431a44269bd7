import { createHash } from 'node:crypto';
import { SagaError, type InstanceFilter, type InstancePosition } from 'reprise/core';

const INSTANCES = /^i1\.([0-9a-z]{1,11})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{8})$/;
const ORPHANS = /^o1\.([0-9a-z]{1,11})\.([\w-]{8})$/;

/** Where a list of instances goes on, for callers to hand back as it is. It belongs to its filter. */
export function instanceCursor({ startedAt, run }: InstancePosition, filter: InstanceFilter): string {
  const place = `i1.${startedAt.toString(36)}.${run.toLowerCase()}`;
  return `${place}.${seal(place, filter)}`;
}

/** @throws SagaError `INVALID_CURSOR` */
export function instancePosition(cursor: string, filter: InstanceFilter): InstancePosition {
  const parts = INSTANCES.exec(String(cursor));
  if (parts?.[3] !== seal(`i1.${parts?.[1]}.${parts?.[2]}`, filter)) throw invalidCursor();
  return { startedAt: parseInt(parts[1]!, 36), run: parts[2]! };
}

export function orphanCursor(number: number, of: string | undefined): string {
  const place = `o1.${number.toString(36)}`;
  return `${place}.${seal(place, of)}`;
}

/** @throws SagaError `INVALID_CURSOR` */
export function orphanPosition(cursor: string, of: string | undefined): number {
  const parts = ORPHANS.exec(String(cursor));
  if (parts?.[2] !== seal(`o1.${parts?.[1]}`, of)) throw invalidCursor();
  return parseInt(parts[1]!, 36);
}

/** Tells a slip from a cursor. It is no secret: a cursor gives no right to anything. */
function seal(place: string, filter: unknown): string {
  const text = `${place} ${JSON.stringify(filter ?? null)}`;
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}

function invalidCursor(): SagaError {
  return new SagaError(
    'INVALID_CURSOR',
    'A list was asked to go on after something that is not the `next` of a page of the same filter.',
    'Pass `next` as it came, with the same filter, or begin with the first page.',
  );
}
