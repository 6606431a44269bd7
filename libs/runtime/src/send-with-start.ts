import { SagaError, type SagaDefinition } from 'reprise/core';
import type { StartOptions } from './engine-options.js';
import type { InstanceStarter } from './instance-starter.js';
import type { AcceptedUpdate, Messenger } from './messenger.js';
import { refuseDelay } from './start-delay.js';
import { uuidV7 } from './uuid-v7.js';

/** What is sent to an instance that may have to be started first. */
export interface Sent {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly key?: string;
}

/** How often an instance may end between the look for it and the message to it. */
const TRIES = 10;

/** See `SagaEngine.signalWithStart`. */
export function signalWithStart(
  starter: InstanceStarter,
  messenger: Messenger,
  definition: SagaDefinition,
  input: unknown,
  { name, args, key = uuidV7() }: Sent,
  options: StartOptions,
): Promise<string> {
  const carried = { message: key, name, input: messenger.encode(args, 'signal', name) };
  const { manager, debounce } = options;
  return untilOpen(async () => {
    const { id, began } = await starter.start(definition, input, {
      onClosed: 'restart',
      ...options,
      // A later start replaces what this one begins with, but not what is in the mailbox.
      signals: debounce === undefined ? [carried] : [],
    });
    if (!began || debounce !== undefined) await messenger.signal(id, name, args, manager ? { key, manager } : { key });
    return id;
  });
}

/** See `SagaEngine.updateWithStart`. */
export async function updateWithStart(
  starter: InstanceStarter,
  messenger: Messenger,
  definition: SagaDefinition,
  input: unknown,
  { name, args, key = uuidV7() }: Sent,
  options: StartOptions,
): Promise<AcceptedUpdate & { readonly id: string }> {
  refuseDelay(options, 'an update that starts its instance');
  return untilOpen(async () => {
    const { id } = await starter.start(definition, input, { onClosed: 'restart', ...options });
    return { id, ...(await messenger.update(definition, id, name, args, { key })) };
  });
}

async function untilOpen<T>(send: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof SagaError) || error.code !== 'INSTANCE_CLOSED' || tried === TRIES) throw error;
    }
  }
}
