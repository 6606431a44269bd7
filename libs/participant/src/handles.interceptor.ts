import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { SagaError } from 'reprise/core';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { handledBy } from './handled-command.js';
import { Participant } from './participant.js';

/** Puts the participant between Nest's pipeline and a `@Handles` method. */
@Injectable()
export class HandlesInterceptor implements NestInterceptor {
  private readonly participant: Participant;

  constructor(@Optional() @Inject(Participant) participant: Participant | undefined) {
    if (participant === undefined) {
      throw new SagaError(
        'INVALID_CONFIGURATION',
        'A controller uses @Handles, but there is no ParticipantModule.',
        'Import `ParticipantModule.forRoot({ inbox: { dataSource } })` in the root module.',
      );
    }
    this.participant = participant;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'rpc') return next.handle();
    const handled = handledBy(context);
    const run = (): Promise<unknown> => lastValueFrom(next.handle(), { defaultValue: undefined });
    // Nest hands this very array to the pipes and the handler.
    return defer(() => this.participant.answer(handled, context.getArgs<unknown[]>(), run));
  }
}
