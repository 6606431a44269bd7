import { ServerNats, type BaseRpcContext, type NatsOptions } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { limitAnswer } from '../answer-limit.js';
import type { Respond, ServerRecipe } from './server-recipe.js';

/** A queue group makes one replica take each command. A server that is away is waited for, at the start and later. */
export const natsServer: ServerRecipe = ({ service, options }) =>
  new ParticipantServerNats({
    queue: service,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    ...options,
  });

class ParticipantServerNats extends ServerNats {
  constructor(options: Required<NatsOptions>['options']) {
    super(options);
  }

  /** The server refuses messages above its limit: an answer has to be known to fit before its transaction is committed. */
  protected override handleRequest(
    context: BaseRpcContext,
    produce: () => Promise<Observable<unknown>>,
    respond: Respond,
  ): void {
    const { info } = this.unwrap<{ info?: { max_payload?: number } }>();
    if (info?.max_payload !== undefined) limitAnswer(context, info.max_payload);
    super.handleRequest(context, produce, respond);
  }
}
