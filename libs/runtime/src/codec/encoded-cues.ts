import type { Cue, CueStore } from 'reprise/core';
import type { CodecChain } from './codec-chain.js';
import type { Convert } from './convert-fields.js';
import { cueBinding } from './message-payloads.js';
import { overlay, type CarriesPayloads } from './overlay.js';

/** Members of the port, by whether payloads pass through them. A new member does not compile until it stands here. */
export const CUE_MEMBERS = {
  subscribe: 'plain',
  collect: 'plain',
  publish: 'payloads',
  take: 'payloads',
  settle: 'plain',
  await: 'payloads',
  waiting: 'plain',
  forget: 'plain',
  // Without the cue's payload; what its error says is said by a service.
  traces: 'plain',
  deadLetters: 'payloads',
  redeliver: 'plain',
  discard: 'plain',
  sweep: 'plain',
  onHint: 'plain',
} as const satisfies Record<keyof CueStore, 'plain' | 'payloads'>;

/** Cues, with their payloads encoded. One that cannot be read is handed on as it is stored: whoever gets it refuses it. */
export function encodedCues(cues: CueStore, codec: CodecChain): CueStore {
  const read = (cue: Cue): Promise<Cue> => convertCue(cue, codec.decode).catch(() => cue);
  const own: Pick<CueStore, CarriesPayloads<typeof CUE_MEMBERS>> = {
    publish: async (published, served) => cues.publish(await encodeCues(published, codec.encode), served),
    take: async (...args) =>
      Promise.all((await cues.take(...args)).map(async (taken) => ({ ...taken, cue: await read(taken.cue) }))),
    await: async (wait) => {
      const found = await cues.await(wait);
      return found && read(found);
    },
    deadLetters: async (limit) =>
      Promise.all((await cues.deadLetters(limit)).map(async (dead) => ({ ...dead, cue: await read(dead.cue) }))),
  };
  return overlay(cues, own);
}

export function encodeCues(cues: readonly Cue[], encode: Convert): Promise<Cue[]> {
  return Promise.all(cues.map((cue) => convertCue(cue, encode)));
}

async function convertCue(cue: Cue, convert: Convert): Promise<Cue> {
  return { ...cue, payload: await convert(cue.payload, cueBinding(cue.id, cue.event)) };
}
