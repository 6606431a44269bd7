import {
  milliseconds,
  type Duration,
  type HistoryStore,
  type InstanceSummary,
  type SagaDefinition,
  type StepTransport,
} from 'reprise/core';
import { askParticipants } from './ask-participants.js';
import { cueRecords, emissionsOf } from './cue-records.js';
import { knownState } from './known-state.js';
import { stepRecords } from './step-records.js';
import type { Evidence } from './who-has-it.js';

/** What queries may use beside the store. */
export interface QueryMeans {
  /** The code of a saga, where it is at hand: with it open conditions, services and operations are known. */
  readonly definition?: (saga: string, version: number) => SagaDefinition | undefined;
  /** Asks participants what they know of requests. */
  readonly transport?: StepTransport | undefined;
}

/** Everything that is known of where an instance stands. */
export async function lookAt(
  store: HistoryStore,
  summary: InstanceSummary,
  { definition: definitionOf, transport }: QueryMeans,
  { ask }: { readonly ask?: Duration },
): Promise<Evidence> {
  const patience = ask === undefined ? 0 : milliseconds(ask);
  const { key, saga, version } = summary;
  const turns = await store.history(key);
  const emissions = emissionsOf(key.run, turns);
  const cues = emissions.map(({ id }) => id);
  const [noted, traces] = await Promise.all([store.deliveries.read(key), store.cues.traces(key, cues)]);
  const definition = definitionOf?.(saga, version);
  const known = await knownState(summary, turns, definition);
  const steps = stepRecords(key.run, turns, known, noted);
  const asked = transport && patience > 0 ? await askParticipants(transport, steps, patience) : steps;
  return { summary, known, records: [...asked, ...cueRecords(emissions, traces)], definition, now: Date.now() };
}
