import { recordError, type CensusEntry, type HistoryStore } from 'reprise/core';
import type { EngineLog } from './engine-log.js';

/** Says once, at start-up, which versions wait that no living worker has (law D8). Never rejects: it is a report. */
export async function reportUnhosted(store: HistoryStore, log: EngineLog): Promise<void> {
  try {
    for (const entry of await store.catalogue.census()) {
      if (!entry.hosted)
        log.warn(sentence(entry), { saga: entry.saga, version: entry.version, instances: entry.count });
    }
  } catch (error) {
    log.warn('The store could not be asked which versions wait.', { cause: recordError(error).message });
  }
}

function sentence({ saga, version, count, exact }: CensusEntry): string {
  const instances = `${exact ? '' : 'More than '}${count} open ${count === 1 ? 'instance' : 'instances'}`;
  return (
    `${instances} of saga "${saga}" version ${version} ${count === 1 ? 'waits' : 'wait'}, and no living worker has that version. ` +
    'Deploy it beside the others, or cancel what is not wanted any more.'
  );
}
