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
  for (;;) {
    let died = false;
    let answer: (() => unknown) | undefined;
    void world.died().then(() => (died = true));
    void world.engine
      .update(definition, id, name, args, { key })
      .then((update) => update.result())
      .then(
        (result) => (answer = () => result),
        (error: unknown) => {
          if (!died)
            answer = () => {
              throw error;
            };
        },
      );
    await world.settle();
    if (answer) return answer;
    if (!died) return stillUnanswered(name, id);
  }
}

function stillUnanswered(name: string, id: string): () => never {
  return () => {
    throw new SagaError(
      'RESULT_TIMED_OUT',
      `Update "${name}" of instance "${id}" is not answered: nothing moves any more but time.`,
      'Let its handler end without a wait, or look at history.',
    );
  };
}
