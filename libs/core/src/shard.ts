/** How many shards ids are spread over. Part of the stored data: never changes. */
export const SHARDS = 64;

/** The shard of an id: FNV-1a, 32 bit, over its UTF-16 code units. Part of the stored data: never changes. */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % SHARDS;
}
