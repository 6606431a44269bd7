import { type InstanceCatalogue, type Json, type Message, type Orphan, type RecordedOrphan } from 'reprise/core';
import type { CodecChain } from './codec-chain.js';
import { convertFields, type Convert } from './convert-fields.js';
import { convertMessage } from './message-payloads.js';
import { overlay, type CarriesPayloads } from './overlay.js';
import { ORPHAN_PAYLOADS } from './payload-fields.js';

/** Members of the port, by whether payloads pass through them. A new member does not compile until it stands here. */
export const CATALOGUE_MEMBERS = {
  list: 'plain',
  count: 'plain',
  orphans: 'payloads',
  census: 'plain',
  figures: 'plain',
  sweep: 'plain',
  sweepOrphans: 'plain',
  sweepReplies: 'plain',
} as const satisfies Record<keyof InstanceCatalogue, 'plain' | 'payloads'>;

export function encodeOrphan(orphan: Orphan, convert: Convert): Promise<Orphan> {
  return convertFields(orphan, ORPHAN_PAYLOADS, bindingOf(orphan.key.run, orphan), convert);
}

/** The catalogue, whose orphans have payloads. One that cannot be read is shown as it is stored. */
export function encodedCatalogue(catalogue: InstanceCatalogue, codec: CodecChain): InstanceCatalogue {
  const own: Pick<InstanceCatalogue, CarriesPayloads<typeof CATALOGUE_MEMBERS>> = {
    orphans: async (...args) => {
      const page = await catalogue.orphans(...args);
      const decoded = page.orphans.map((orphan) => decodeOrphan(orphan, codec.decode).catch(() => orphan));
      return { ...page, orphans: await Promise.all(decoded) };
    },
  };
  return overlay(catalogue, own);
}

async function decodeOrphan(orphan: RecordedOrphan, convert: Convert): Promise<RecordedOrphan> {
  const { payload, call, run } = orphan;
  if (call !== undefined || !isMail(payload)) {
    return convertFields(orphan, ORPHAN_PAYLOADS, bindingOf(run, orphan), convert);
  }
  // The store put it there with a message that was encoded when it was posted.
  const { message, kind, name, input } = payload;
  const posted = await convertMessage({ id: message, kind, name, input }, convert);
  return { ...orphan, payload: { ...payload, input: posted.input } };
}

function bindingOf(run: string | undefined, { reason, call, attempt }: Omit<Orphan, 'key'> | RecordedOrphan): string {
  return `${run} orphan ${reason} ${call} ${attempt}`;
}

interface Mail extends Pick<Message, 'kind' | 'name' | 'input'> {
  readonly message: string;
}

function isMail(payload: Json | undefined): payload is Mail & { readonly [key: string]: Json } {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return false;
  const { message, input } = payload as { readonly [key: string]: Json };
  return typeof message === 'string' && Array.isArray(input);
}
