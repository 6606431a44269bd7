import type { OutboxOptions } from 'reprise';
import type { HandlerStep } from 'reprise/participant';

/** Publishes with the transaction of the `@On` method, as a part of the same flow; the cues of one order stay in order. */
export function causedBy(step: HandlerStep, { orderId }: { readonly orderId: string }): OutboxOptions {
  return { manager: step.manager, key: orderId, cause: step };
}
