export type { Duration, SagaContext } from 'reprise/core';
export { Compensate, Query, Saga, Signal, Step } from 'reprise/decorators';
