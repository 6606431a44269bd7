import type { Provider } from '@nestjs/common';
import type { SagaClass } from 'reprise/decorators';
import { getSagaClientToken } from './saga-client-token.js';
import { SagaClient } from './saga-client.js';
import { SagaRegistrar } from './saga.registrar.js';

/** A client for each of these sagas. Making one costs nothing; it waits for the engine when it is used. */
export function sagaClientProviders(sagas: readonly SagaClass[]): Provider[] {
  return sagas.map((sagaClass) => ({
    provide: getSagaClientToken(sagaClass),
    useFactory: (registrar: SagaRegistrar) => new SagaClient(sagaClass, () => registrar.started()),
    inject: [SagaRegistrar],
  }));
}
