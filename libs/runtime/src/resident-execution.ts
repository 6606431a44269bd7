import { Execution } from 'reprise/core';
import { NodeAmbientScope } from './node-ambient-scope.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkerContext } from './worker-context.js';

/** The execution of an instance that is in a worker's memory. @param onViolation called when its code offends between two turns */
export function residentExecution(
  { id, key, hosted }: ResidentIdentity,
  worker: WorkerContext,
  onViolation: () => void,
): Execution {
  const { idle, payloadLimit } = worker;
  return new Execution({
    definition: hosted.definition,
    id,
    run: key.run,
    idle,
    ambient: new NodeAmbientScope(),
    ...(payloadLimit === undefined ? {} : { payloadLimit }),
    log: worker.sagaLog(hosted.definition.name, id),
    onViolation,
  });
}
