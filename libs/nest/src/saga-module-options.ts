import type { Duration } from 'reprise/core';
import type { EngineOptions } from 'reprise/runtime';

/**
 * How a process keeps and runs sagas. `store` is `postgres({ … })` from `reprise/postgres`; `transport`, needed by remote steps, is
 * `microservices({ … })` from `reprise/microservices`.
 */
export interface SagaModuleOptions extends EngineOptions {
  /**
   * False makes this process a client: it starts, asks and signals instances and runs none, also of the sagas among its providers.
   * Default true.
   */
  readonly worker?: boolean;
  /** How long running attempts may take at shutdown before they are given up to other workers. Default 10 s. */
  readonly grace?: Duration;
}

/** For `SagaModule.forRootAsync({ useClass })` and `useExisting`. */
export interface SagaOptionsFactory {
  createSagaOptions(): SagaModuleOptions | Promise<SagaModuleOptions>;
}

/** The token of the options; override it in a test to put another store in. */
export const SAGA_MODULE_OPTIONS = Symbol.for('reprise:module-options');
