import type { Turn } from './event.js';
import { recordError } from './recorded-error.js';
import type { MessageReply, Reply } from './reply.js';
import { SagaError } from './saga-error.js';
import type { SagaState } from './saga-state.js';

const ABANDONED: Reply = {
  stage: 'failed',
  error: recordError(
    new SagaError(
      'UPDATE_ABANDONED',
      'The instance ended before the update did.',
      'Await saga.until(() => saga.handlersFinished) before the end of run().',
    ),
  ),
};

/** What a turn tells the senders of updates, when it is durable: the last word for each. */
export function repliesOf(turn: Turn, state: SagaState): MessageReply[] {
  const replies = new Map<string, Reply>();
  for (const event of turn.events) {
    if (event.type === 'UpdateAccepted') replies.set(event.update, { stage: 'accepted' });
    else if (event.type === 'UpdateCompleted') replies.set(event.update, { stage: 'completed', result: event.result });
    else if (event.type === 'UpdateFailed') replies.set(event.update, { stage: 'failed', error: event.error });
  }
  if (state.over) for (const update of state.openUpdates()) replies.set(update, ABANDONED);
  return [...replies].map(([message, reply]) => ({ message, reply }));
}
