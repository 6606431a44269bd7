import { Inject } from '@nestjs/common';
import type { SagaClass } from 'reprise/decorators';
import { getSagaClientToken } from './saga-client-token.js';

/**
 * Injects the client of a saga, in any module and in any process that has the class, whether it hosts the saga or not.
 * @example constructor(@InjectSaga(PlaceOrderSaga) private readonly orders: SagaClient<PlaceOrderSaga>) {}
 */
export function InjectSaga(sagaClass: SagaClass): ParameterDecorator & PropertyDecorator {
  return Inject(getSagaClientToken(sagaClass));
}
