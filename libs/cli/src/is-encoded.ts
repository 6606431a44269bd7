import type { HistoryFile, Json } from 'reprise/core';

/** How the engine marks values that are no JSON, see `encodePayload`; any other mark is of a codec. */
const OWN = new Set(['u', 'n', 'b', 'd', 'm', 'e', 'y', 's']);

/** True if some payload is as a codec stored it: encrypted, compressed, or put elsewhere. */
export function isEncoded({ turns }: HistoryFile): boolean {
  return turns.some(({ events }) => marked(events as unknown as Json));
}

function marked(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(marked);
  const { $t } = value as { readonly [key: string]: Json };
  return (typeof $t === 'string' && !OWN.has($t)) || Object.values(value).some(marked);
}
