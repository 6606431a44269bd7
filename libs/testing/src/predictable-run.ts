import { createHash } from 'node:crypto';
import type { MemoryStore } from './memory-store.js';

/** A UUID for the next run of an id: the same in every test that does the same, so that chance in it is the same every time. */
export function predictableRun(store: MemoryStore, id: string): string {
  const before = store.newest.find((other) => other.id === id)?.key.run ?? '';
  const hex = createHash('sha256').update(`${before} ${id}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
