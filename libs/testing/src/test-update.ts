import { SagaError, type SagaDefinition } from 'reprise/core';
import type { TestWorld } from './test-world.js';

/** Sends an update until a process lived long enough to answer it, each time with the same key: it is done once (law M3). */
export async function updateUntilAnswered(
  world: TestWorld,
  definition: SagaDefinition,
  id: string,
  name: string,
  args: readonly unknown[],
): Promise<() => unknown> {
  const key = globalThis.crypto.randomUUID();
  const answer = await world.survive(async () => {
    const update = await world.engine.update(definition, id, name, args, { key });
    return update.result();
  });
  return () => {
    if (!answer) throw stillUnanswered(name, id);
    if ('error' in answer) throw answer.error;
    return answer.value;
  };
}

function stillUnanswered(name: string, id: string): SagaError {
  return new SagaError(
    'RESULT_TIMED_OUT',
    `Update "${name}" of instance "${id}" is not answered: nothing moves any more but time.`,
    'Let its handler end without a wait, or look at history.',
  );
}
