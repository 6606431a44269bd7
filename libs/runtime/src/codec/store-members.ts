import type { HistoryStore, TurnAppend } from 'reprise/core';
import type { CarriesPayloads } from './overlay.js';

/** Members of the port, by whether payloads pass through them. A new member does not compile until it stands here. */
export const STORE_MEMBERS = {
  catalogue: 'payloads',
  progress: 'payloads',
  // Times and names.
  deliveries: 'plain',
  cues: 'payloads',
  // A limit's key is computed from the input and stored as it is, like an id or a tag.
  limits: 'plain',
  transactions: 'payloads',
  // The input of a schedule is encoded once, by whoever makes it, and decoded when a tick needs it.
  schedules: 'plain',
  open: 'plain',
  close: 'plain',
  append: 'payloads',
  prepare: 'payloads',
  heartbeat: 'plain',
  claim: 'payloads',
  unread: 'payloads',
  release: 'plain',
  suspect: 'plain',
  releaseOthers: 'plain',
  leave: 'plain',
  wakeIncidents: 'plain',
  post: 'payloads',
  find: 'plain',
  findMany: 'plain',
  history: 'payloads',
  within: 'payloads',
  succeed: 'payloads',
  postpone: 'payloads',
  fork: 'payloads',
  replies: 'payloads',
  unsent: 'payloads',
  relayed: 'plain',
  recordOrphan: 'payloads',
  onHint: 'plain',
  onTrouble: 'plain',
} as const satisfies Record<keyof HistoryStore, 'plain' | 'payloads'>;

/** Parts of an append, likewise. */
export const APPEND_PARTS = {
  key: 'plain',
  seq: 'plain',
  turn: 'payloads',
  start: 'plain',
  head: 'payloads',
  consumed: 'plain',
  replies: 'payloads',
  outgoing: 'payloads',
  release: 'plain',
} as const satisfies Record<keyof TurnAppend, 'plain' | 'payloads'>;

/** The members of the port that payloads pass through. */
export type StoreCarriesPayloads = CarriesPayloads<typeof STORE_MEMBERS>;
