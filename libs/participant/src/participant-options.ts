import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Duration, Tracing } from 'reprise/core';
import type { DataSource } from 'typeorm';

/** Where first answers are kept: in the participant's own database, beside the data that its handlers change. */
export interface InboxOptions {
  /**
   * The TypeORM data source of the handlers, initialised. PostgreSQL only, for now. Each handler that runs holds one connection of
   * its pool; one that takes a second connection, instead of using `step.manager`, can wait for itself when the pool is small.
   */
  readonly dataSource: DataSource;
  /** The schema of the inbox's tables; made when it is missing. Default `reprise_inbox`. */
  readonly schema?: string;
  /**
   * How long answers are kept. Has to be longer than a message can be under way and a step can be retried. Default 7 days.
   */
  readonly keep?: Duration;
}

export interface ParticipantOptions {
  /** Without an inbox a repeated delivery runs the handler again. */
  readonly inbox?: InboxOptions;
  /** The longest that a shutdown waits for requests that are being handled. Default 20 s. */
  readonly drain?: Duration;
  /** The longest result, in characters of JSON. Default one million. An input that takes more than twice as many is refused. */
  readonly payloadLimit?: number;
  /**
   * Keys that this process shares with those that send commands, of 32 characters or more: the first signs answers, every one is
   * accepted. What is not signed is refused then, ordinary callers included.
   */
  readonly sharedKeys?: readonly string[];
  /** Told of the requests of sagas: `openTelemetry()` of `reprise/opentelemetry`. Default: nobody is. */
  readonly tracing?: Tracing;
}

export interface ParticipantAsyncOptions extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider, 'inject'> {
  readonly useFactory: (...injected: never[]) => ParticipantOptions | Promise<ParticipantOptions>;
}

/** The token of the options; override it in a test to put another data source in. */
export const PARTICIPANT_OPTIONS = Symbol.for('reprise:participant-options');
