import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { milliseconds } from 'reprise/core';
import { PARTICIPANT_OPTIONS, type ParticipantOptions } from './participant-options.js';
import { Participant } from './participant.js';

/**
 * Opens the inbox before the first request, and lets requests finish before Nest closes the transport.
 * Nest runs these hooks first on a signal (`enableShutdownHooks()`) and in a hybrid application's `close()`; an explicit `close()`
 * of a pure microservice closes the transport before it asks anybody.
 */
@Injectable()
export class ParticipantLifecycle implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly log = new Logger(Participant.name);
  private readonly drain: number;

  constructor(
    @Inject(PARTICIPANT_OPTIONS) options: ParticipantOptions,
    @Inject(Participant) private readonly participant: Participant,
  ) {
    this.drain = milliseconds(options.drain ?? '20s');
  }

  async onModuleInit(): Promise<void> {
    const { inbox } = this.participant;
    if (inbox) await inbox.open();
    else this.log.warn('There is no inbox: a repeated delivery runs its handler again (at least once).');
  }

  async beforeApplicationShutdown(): Promise<void> {
    const left = await this.participant.inFlight.drain(this.drain);
    if (left > 0) this.log.warn(`Shut down with ${left} requests unfinished after ${this.drain} ms.`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.participant.inbox?.close();
  }
}
