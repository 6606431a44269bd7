import { NonDeterministicError, type DecisionEvent } from 'reprise/core';
import { replayOffence } from 'reprise/runtime';
import type { AppSagas } from './app-sagas.js';
import type { ReadHistory } from './history-files.js';
import { isEncoded } from './is-encoded.js';

/**
 * - `safe`: today's code decides what was recorded.
 * - `needs-patch`: it decides something else at a call.
 * - `breaks-a-rule`: it does what a saga may not do.
 * - `unclear`: it goes another way, and the values that it may have branched on were taken out.
 * - `unknown-code`: the saga, or its version, is not there.
 * - `unreadable`: a codec wrote the payloads, or the history makes no sense.
 */
export const VERDICTS = {
  safe: 'safe',
  'needs-patch': 'needs a patch',
  'breaks-a-rule': 'breaks a rule',
  unclear: 'unclear',
  'unknown-code': 'unknown code',
  unreadable: 'unreadable',
} as const;
export type VerdictName = keyof typeof VERDICTS;

export interface Verdict {
  readonly file: string;
  readonly saga: string;
  readonly version: number;
  readonly id: string;
  readonly run: string;
  readonly verdict: VerdictName;
  /** The call where the ways part, counted from 0. */
  readonly call?: number;
  /** What is wrong, in a sentence, and below it both sides. */
  readonly why?: string;
  readonly recorded?: DecisionEvent;
  readonly made?: DecisionEvent;
}

/** Replays one history against the sagas of an application. */
export async function verdictOf({ file, history }: ReadHistory, sagas: AppSagas): Promise<Verdict> {
  const { saga, version, id, run, turns, redacted } = history;
  const about = { file, saga, version, id, run };
  const definition = sagas.find(saga, version);
  if (!definition) return { ...about, verdict: 'unknown-code', why: sagas.unknown(saga, version) };
  if (isEncoded(history))
    return { ...about, verdict: 'unreadable', why: 'A codec wrote its payloads: export it with --codec.' };
  const offence = await replayOffence({ definition, id, run, ...(redacted ? { redacted } : {}) }, turns);
  if (!offence) return { ...about, verdict: 'safe' };
  if (!(offence instanceof NonDeterministicError)) {
    const damaged = offence.code === 'CORRUPT_HISTORY' || offence.code === 'ENGINE_TOO_OLD';
    const unread = damaged ? 'unreadable' : 'breaks-a-rule';
    return { ...about, verdict: redacted && !damaged ? 'unclear' : unread, why: offence.message };
  }
  const { recorded, made, what, advice } = offence;
  const call = callOf(recorded) ?? callOf(made);
  return {
    ...about,
    verdict: redacted ? 'unclear' : 'needs-patch',
    why: [what, ...advice.split('\n').slice(1)].join('\n'),
    ...(call === undefined ? {} : { call }),
    ...(recorded && { recorded }),
    ...(made && { made }),
  };
}

function callOf(event: DecisionEvent | undefined): number | undefined {
  return event && 'call' in event ? event.call : undefined;
}
