import { createHash } from 'node:crypto';

/** The same for two deliveries of one input, whatever the order of its properties (a database may have changed it). */
export function fingerprintOf(encoded: unknown): string {
  return createHash('sha256').update(canonical(encoded)).digest('base64');
}

function canonical(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return text ?? '';
}
