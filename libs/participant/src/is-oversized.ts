/** Dates, big numbers and the like are larger as they travel than as their sender counts them. */
const ROOM = 2;

/** True for an input that no sender with this limit can have sent. Counts as `encodePayload` does, and stops when it knows. */
export function isOversized(encoded: unknown, limit: number): boolean {
  let left = limit * ROOM;
  const open = [encoded];
  while (open.length > 0 && left >= 0) {
    const value = open.pop();
    if (typeof value === 'string') left -= value.length + 2;
    else if (typeof value !== 'object' || value === null) left -= 8;
    else {
      left -= 2;
      for (const [key, inner] of Object.entries(value)) {
        if (!Array.isArray(value)) left -= key.length + 4;
        open.push(inner);
      }
    }
  }
  return left < 0;
}
