import { randomFillSync } from 'node:crypto';

const pool = new Uint8Array(10 * 256);
let used = pool.length;
const bytes = Buffer.alloc(16);

/** A UUID of version 7 (RFC 9562): time-ordered, so that new rows meet in the same pages of an index. */
export function uuidV7(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  bytes.writeUIntBE(now, 0, 6);
  bytes.set(pool.subarray(used, (used += 10)), 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
