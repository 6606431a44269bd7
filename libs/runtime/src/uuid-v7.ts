import { randomFillSync } from 'node:crypto';

const pool = new Uint8Array(10 * 256);
let used = pool.length;

/** A UUID of version 7 (RFC 9562): time-ordered, so that new rows meet in the same pages of an index. */
export function uuidV7(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let hex = now.toString(16).padStart(12, '0');
  for (let i = 0; i < 10; i++) {
    let byte = pool[used++]!;
    if (i === 0) byte = (byte & 0x0f) | 0x70;
    if (i === 2) byte = (byte & 0x3f) | 0x80;
    hex += (byte + 0x100).toString(16).slice(1);
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
