import { SagaError } from 'reprise/core';
import { className, sagaRecordOf, type SagaClass } from 'reprise/decorators';

const TOKEN = Symbol.for('reprise:client-token');

/**
 * The injection token of a saga's client, for `useFactory`, `moduleRef.get` and tests; classes write `@InjectSaga(PlaceOrderSaga)`.
 * @throws SagaError `INVALID_CONFIGURATION` for something that is not a saga class
 */
export function getSagaClientToken(sagaClass: SagaClass): symbol {
  if (!sagaRecordOf(sagaClass)) throw notASaga(sagaClass);
  // Kept on the class, so that the ESM and the CommonJS copy of this package agree on it.
  const holder = sagaClass as { [TOKEN]?: symbol };
  if (!Object.hasOwn(holder, TOKEN)) {
    Object.defineProperty(holder, TOKEN, { value: Symbol(`SagaClient<${sagaClass.name}>`) });
  }
  return holder[TOKEN]!;
}

function notASaga(value: unknown): SagaError {
  return value === undefined
    ? new SagaError(
        'INVALID_CONFIGURATION',
        'A client was asked for a saga class that is undefined.',
        'Its file is imported in a circle: break the circle, for instance with a file of its own for the saga.',
      )
    : new SagaError(
        'INVALID_CONFIGURATION',
        `A client was asked for ${className(value)}, which is not a saga.`,
        "Decorate it with @Saga({ name: '…' }).",
      );
}
