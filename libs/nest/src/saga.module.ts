import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RefusedEnvelopes } from 'reprise/core';
import { registeredSagas, type SagaClass } from 'reprise/decorators';
import { encodedStore, SagaControl, SagaEngine, SagaLimits, SagaQueries } from 'reprise/runtime';
import { NestEngineLog } from './nest-engine-log.js';
import { getSagaClientToken } from './saga-client-token.js';
import { sagaClientProviders } from './saga-client.providers.js';
import { SagaSchedules } from './saga-schedules.js';
import { loadedDefinition } from './loaded-definition.js';
import { Outbox } from './outbox.js';
import { RefusedReplies } from './refused-replies.js';
import { SAGA_MODULE_OPTIONS, type SagaModuleOptions } from './saga-module-options.js';
import { SagaCompletions } from './saga-completions.js';
import { SagaHealthIndicator } from './saga-health-indicator.js';
import { SagaCheck } from './saga.check.js';
import { SagaExplorer } from './saga.explorer.js';
import { ASYNC_OPTIONS_TYPE, ConfigurableModuleClass, OPTIONS_TYPE } from './saga.module-definition.js';
import { SagaRegistrar } from './saga.registrar.js';

/**
 * Runs the sagas among the providers of an application, and gives out their clients. Global: import it once, in the root module.
 * Start-up fails with every mistake at once (`INVALID_CONFIGURATION`).
 *
 * @example
 * SagaModule.forRoot({
 *   store: postgres({ url: process.env.DATABASE_URL }),
 *   transport: microservices({ inventory: { transport: Transport.TCP, options: { port: 4001 } } }),
 * })
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    SagaExplorer,
    SagaCheck,
    SagaRegistrar,
    SagaCompletions,
    SagaHealthIndicator,
    SagaSchedules,
    Outbox,
    {
      provide: SagaEngine,
      useFactory: (options: SagaModuleOptions) => new SagaEngine({ log: new NestEngineLog(), ...options }),
      inject: [SAGA_MODULE_OPTIONS],
    },
    {
      provide: SagaQueries,
      useFactory: ({ store, codec, transport }: SagaModuleOptions, registrar: SagaRegistrar) => {
        const decoded = encodedStore(store, codec);
        return new SagaQueries(
          async () => {
            await registrar.started();
            return decoded;
          },
          { definition: loadedDefinition, transport },
        );
      },
      inject: [SAGA_MODULE_OPTIONS, SagaRegistrar],
    },
    {
      provide: RefusedReplies,
      useFactory: ({ transport }: SagaModuleOptions) => transport?.refused ?? new RefusedEnvelopes(),
      inject: [SAGA_MODULE_OPTIONS],
    },
    { provide: SagaControl, useFactory: (engine: SagaEngine) => engine.control, inject: [SagaEngine] },
    { provide: SagaLimits, useFactory: (engine: SagaEngine) => engine.limits, inject: [SagaEngine] },
  ],
  exports: [
    Outbox,
    RefusedReplies,
    SagaCompletions,
    SagaControl,
    SagaEngine,
    SagaHealthIndicator,
    SagaLimits,
    SagaQueries,
    SagaRegistrar,
    SagaSchedules,
  ],
})
export class SagaModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return withClients(super.forRoot(options));
  }

  /** As `forRoot`, with options from `useFactory`, or from a `SagaOptionsFactory` by `useClass` or `useExisting`. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withClients(super.forRootAsync(options));
  }

  /** Clients for sagas whose classes are loaded later than the root module is scanned, that is in lazily loaded modules. */
  static forFeature(sagas: readonly SagaClass[]): DynamicModule {
    return { module: SagaFeatureModule, providers: sagaClientProviders(sagas), exports: sagas.map(getSagaClientToken) };
  }
}

@Module({})
export class SagaFeatureModule {}

/**
 * A client for every saga class that is loaded. Nest reads `providers` and `exports` when it scans the module, which is after all
 * static imports: getters see the classes of files that are imported after the call of `forRoot()`.
 */
function withClients(definition: DynamicModule): DynamicModule {
  return {
    ...definition,
    global: true,
    get providers() {
      return [...(definition.providers ?? []), ...sagaClientProviders(registeredSagas())];
    },
    get exports() {
      return [...(definition.exports ?? []), ...registeredSagas().map(getSagaClientToken)];
    },
  };
}
