import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { SagaError } from 'reprise/core';
import { performLocal, sagaDefinition } from 'reprise/decorators';
import { SagaEngine } from 'reprise/runtime';
import { SAGA_MODULE_OPTIONS, type SagaModuleOptions } from './saga-module-options.js';
import { SagaCheck } from './saga.check.js';
import { SagaExplorer } from './saga.explorer.js';

/** Hands the saga classes that were found to the engine, and starts and stops it with the application. */
@Injectable()
export class SagaRegistrar implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Reprise');
  private registered = false;
  private opening: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @Inject(SAGA_MODULE_OPTIONS) private readonly options: SagaModuleOptions,
    @Inject(SagaExplorer) private readonly explorer: SagaExplorer,
    @Inject(SagaCheck) private readonly check: SagaCheck,
    @Inject(SagaEngine) private readonly engine: SagaEngine,
  ) {}

  onModuleInit(): void {
    this.register();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.started();
  }

  /**
   * The engine, open. Whoever asks first opens it, so that a provider may start sagas in its own `onModuleInit` or
   * `onApplicationBootstrap`, which may come before ours.
   */
  async started(): Promise<SagaEngine> {
    if (this.stopped && !this.opening) {
      throw new SagaError(
        'SHUTTING_DOWN',
        'The application is shutting down.',
        'Start it elsewhere, or after the restart.',
      );
    }
    this.register();
    await (this.opening ??= this.engine.open());
    return this.engine;
  }

  /** W4: attempts finish within the grace time, the rest goes to other workers at once. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.opening?.catch(() => undefined);
    await this.engine.close(this.options.grace);
  }

  /** What the transport has to say at the start. */
  private announce(): void {
    for (const { level, text } of this.options.transport?.remarks?.() ?? []) {
      if (level === 'warn') this.log.warn(text);
      else this.log.log(text);
    }
  }

  private register(): void {
    if (this.registered) return;
    const found = this.options.worker === false ? [] : this.explorer.explore();
    this.check.check(found);
    this.announce();
    for (const { sagaClass, host } of found) {
      this.engine.host({
        definition: sagaDefinition(sagaClass),
        perform: (step, args) => performLocal(host(), step, args),
      });
    }
    this.registered = true;
  }
}
