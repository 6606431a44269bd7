import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DELIVERY_CONTROLLERS } from './delivery.controllers.js';
import { ParticipantLifecycle } from './participant.lifecycle.js';
import { PARTICIPANT_OPTIONS, type ParticipantAsyncOptions, type ParticipantOptions } from './participant-options.js';
import { Participant } from './participant.js';
import { RefusedRequests } from './refused-requests.js';

/**
 * Makes the `@Handles` methods of an application perform steps of sagas. Import it once, in the root module.
 * @example
 * ParticipantModule.forRootAsync({ inject: [DataSource], useFactory: (dataSource: DataSource) => ({ inbox: { dataSource } }) })
 */
@Module({})
export class ParticipantModule {
  static forRoot(options: ParticipantOptions = {}): DynamicModule {
    return participantModule({ provide: PARTICIPANT_OPTIONS, useValue: options });
  }

  static forRootAsync({ imports, inject, useFactory }: ParticipantAsyncOptions): DynamicModule {
    const provider: Provider = {
      provide: PARTICIPANT_OPTIONS,
      inject: inject ?? [],
      useFactory: useFactory as (...injected: unknown[]) => ParticipantOptions | Promise<ParticipantOptions>,
    };
    return participantModule(provider, imports);
  }
}

/** Global, so that the interceptor of every controller finds the participant. */
function participantModule(options: Provider, imports: DynamicModule['imports'] = []): DynamicModule {
  return {
    module: ParticipantModule,
    global: true,
    imports,
    controllers: [...DELIVERY_CONTROLLERS],
    providers: [options, RefusedRequests, Participant, ParticipantLifecycle],
    exports: [Participant, RefusedRequests],
  };
}
