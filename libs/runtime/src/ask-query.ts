import {
  decodePayload,
  encodePayload,
  Execution,
  SagaError,
  type HistoryStore,
  type Idle,
  type InstanceSummary,
  type SagaDefinition,
} from 'reprise/core';
import { NodeAmbientScope } from './node-ambient-scope.js';
import type { Resident } from './resident.js';

/** Where the instance that is asked may be. */
export interface QuerySurroundings {
  readonly store: HistoryStore;
  readonly idle: Idle;
  /** The run, if it is in this process's memory. */
  readonly resident: (run: string) => Resident | undefined;
}

/**
 * Asks the code of an instance: where it is in memory between two of its turns, else by replaying its history, also after its end (law M2).
 * @throws SagaError `UNKNOWN_QUERY`, and what the query throws
 */
export async function askQuery(
  { store, idle, resident }: QuerySurroundings,
  definition: SagaDefinition,
  { id, key }: InstanceSummary,
  name: string,
  args: readonly unknown[],
): Promise<unknown> {
  if (!definition.queries.has(name)) {
    const known = [...definition.queries].join(', ') || 'none';
    throw new SagaError('UNKNOWN_QUERY', `Saga "${definition.name}" has no query "${name}".`, `It has: ${known}.`);
  }
  const copies = args.map((arg, i) => decodePayload(encodePayload(arg, `argument ${i + 1} of query "${name}"`)));
  const here = resident(key.run);
  if (here) {
    await new Promise<void>((resolve) => here.whenQuiet(resolve));
    return here.execution.query(name, copies);
  }
  const execution = new Execution({ definition, id, run: key.run, idle, ambient: new NodeAmbientScope() });
  await execution.replay(await store.history(key));
  return execution.query(name, copies);
}
