import { demandEvent, type CueEvent } from 'reprise/contracts';
import { uuidV7, type PublishOptions } from 'reprise/runtime';
import type { TestWorld } from './test-world.js';

/** Publishes an event, again under the same id if the process dies meanwhile. @throws SagaError `INVALID_EVENT` */
export async function publishCue(
  world: TestWorld,
  event: CueEvent,
  payload: unknown,
  { id = uuidV7(), ...options }: PublishOptions = {},
): Promise<void> {
  demandEvent(event, payload);
  const outcome = await world.survive(() => world.engine.cues.publish(event.name, payload, { ...options, id }));
  if (outcome && 'error' in outcome) throw outcome.error;
}
