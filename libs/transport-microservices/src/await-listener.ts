import type { WritePacket } from '@nestjs/microservices';
import { DeliveryFailure } from './delivery-failure.js';

type Callback = (packet: WritePacket) => unknown;

/** What waits for answers, by the ids of their requests. */
interface Callbacks {
  set(id: string, callback: Callback): unknown;
  delete(id: string): unknown;
}

/**
 * Keeps the callback of a request for its answer, over a broker that says whether anybody was there to hear it.
 * @param delivered whether anybody was; rejects when the broker did not take it
 * @returns a function that waits no longer
 */
export function awaitListener(
  callbacks: Callbacks,
  id: string,
  callback: Callback,
  delivered: () => Promise<boolean>,
): () => void {
  callbacks.set(id, callback);
  const forget = (): void => void callbacks.delete(id);
  const fail = (failure: DeliveryFailure): void => {
    forget();
    callback({ err: failure });
  };
  delivered().then(
    (heard) => {
      if (!heard) fail(new DeliveryFailure('NO_LISTENER', 'nobody is subscribed'));
    },
    (reason: unknown) => fail(new DeliveryFailure('SERVICE_UNREACHABLE', reason)),
  );
  return forget;
}
