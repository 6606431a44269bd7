import { createHmac, randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { readRequest, Seal, sharedKeyMistake, validateWith, type WireRequest } from 'reprise/contracts';
import { SagaError, type ReplyEnvelope, type StepEnvelope } from 'reprise/core';
import type { EntityManager } from 'typeorm';
import { answerLimit } from './answer-limit.js';
import { ordinaryStep, sagaStep } from './handler-step.js';
import type { HandledCommand } from './handled-command.js';
import { InFlightRequests } from './in-flight-requests.js';
import { fingerprintOf } from './input-fingerprint.js';
import { ordinaryResult, rpcException } from './ordinary-reply.js';
import { PARTICIPANT_OPTIONS, type ParticipantOptions } from './participant-options.js';
import { PostgresInbox } from './postgres-inbox.js';
import { Refusal } from './refusal.js';
import { failureReply, refusalReply, resultReply } from './reply.js';

/** Answers requests: unwraps, checks, deduplicates, runs the handler, and says in every case how it went. */
@Injectable()
export class Participant {
  readonly inFlight = new InFlightRequests();
  readonly inbox: PostgresInbox | undefined;
  private readonly log = new Logger(Participant.name);
  private readonly payloadLimit: number | undefined;

  private readonly seal: Seal | undefined;

  /** @throws SagaError `INVALID_CONFIGURATION` for keys that are too short */
  constructor(@Inject(PARTICIPANT_OPTIONS) { inbox, payloadLimit, sharedKeys }: ParticipantOptions) {
    this.seal = sharedKeys && sealWith(sharedKeys);
    this.inbox = inbox && new PostgresInbox(inbox);
    this.payloadLimit = payloadLimit;
  }

  /**
   * @param args the arguments of the handler: the payload comes in and the input and the step go on
   * @param run the rest of Nest's pipeline, with the handler at its end
   */
  async answer(handled: HandledCommand, args: unknown[], run: () => Promise<unknown>): Promise<unknown> {
    let request: WireRequest;
    try {
      request = readRequest(args[0]);
    } catch (error) {
      return unreadable(error);
    }
    const { envelope } = request;
    const refusal = this.refusalOf(handled.command.pattern, request);
    if (refusal !== undefined) {
      if (envelope) return this.signed(envelope, refusalReply(refusal));
      throw rpcException(refusal.error);
    }
    try {
      return envelope
        ? this.signed(envelope, await this.answerSaga(handled, envelope, request, args, run))
        : await this.answerCaller(handled, args, run);
    } finally {
      this.inFlight.leave();
    }
  }

  /** Why a request is not looked at; undefined when it is in, and counted. */
  private refusalOf(pattern: string, { envelope, encoded }: WireRequest): Refusal | undefined {
    if (this.seal && !(envelope && this.seal.acceptsRequest(pattern, envelope, encoded))) {
      this.log.warn(`${pattern} refused a request that is not signed with a shared key.`);
      return notSigned(pattern);
    }
    return this.inFlight.enter() ? undefined : shuttingDown();
  }

  private signed(envelope: StepEnvelope, reply: ReplyEnvelope): ReplyEnvelope {
    return this.seal ? this.seal.signReply(envelope, reply) : reply;
  }

  private async answerSaga(
    handled: HandledCommand,
    envelope: StepEnvelope,
    request: WireRequest,
    args: unknown[],
    run: () => Promise<unknown>,
  ): Promise<ReplyEnvelope> {
    const { pattern } = handled.command;
    const limitInBytes = answerLimit(args[1]);
    const perform = async (manager?: EntityManager): Promise<ReplyEnvelope> => {
      try {
        args[1] = sagaStep(envelope, manager);
        return await resultReply(handled, await run(), this.payloadLimit, limitInBytes);
      } catch (thrown) {
        return failureReply(handled, thrown);
      }
    };
    let reply: ReplyEnvelope;
    try {
      demandTime(envelope.deadline, pattern);
      args[0] = await this.inputOf(handled, request);
      if (!this.inbox) {
        reply = await perform();
      } else {
        const { key, undoes, deadline } = envelope;
        const received = { key, undoes, deadline, command: pattern, fingerprint: fingerprintOf(request.encoded) };
        reply = await (handled.transaction
          ? this.inbox.once(received, perform)
          : this.inbox.onceOutside(received, perform));
      }
    } catch (error) {
      reply = failureReply(handled, error);
    }
    if (!reply.ok && reply.kind !== 'declared') this.report(pattern, envelope, reply.error.code);
    return reply;
  }

  /** An ordinary caller gets what it would get from `@MessagePattern`; it has no key, so there is nothing to deduplicate. */
  private async answerCaller(handled: HandledCommand, args: unknown[], run: () => Promise<unknown>): Promise<unknown> {
    const { command, transaction } = handled;
    const perform = (manager?: EntityManager): Promise<unknown> => {
      args[1] = ordinaryStep(command.operation, randomUUID(), manager);
      return run();
    };
    try {
      args[0] = await this.inputOf(handled, readRequest(args[0]));
      const result = await (this.inbox && transaction ? this.inbox.inTransaction(perform) : perform());
      return ordinaryResult(handled, result);
    } catch (thrown) {
      throw rpcException(thrown, handled);
    }
  }

  private async inputOf({ command }: HandledCommand, request: WireRequest): Promise<unknown> {
    const decoded = decodeOrRefuse(request, command.pattern);
    const checked = await validateWith(command.definition.input, decoded);
    if (checked.valid) return checked.value;
    throw new Refusal(
      'fatal',
      'INVALID_COMMAND_INPUT',
      `The input of "${command.pattern}" is not what its contract asks for: ${checked.issues}.`,
      'Bring both services to the same contract.',
    );
  }

  /** Codes and names only: messages may hold data, and they are on record at the saga. */
  private report(pattern: string, { instance, attempt, key }: StepEnvelope, code: string | undefined): void {
    this.log.warn(`${pattern} answered ${code} to attempt ${attempt} of "${instance}" (key ${key}).`);
  }
}

function demandTime(deadline: number, pattern: string): void {
  if (Date.now() < deadline) return;
  throw new Refusal(
    'transient',
    'REQUEST_DEADLINE_PASSED',
    `A request for "${pattern}" came after its deadline and was not run.`,
    'If this happens often, give the step a longer timeout, and compare the clocks of the two machines.',
  );
}

function sealWith(keys: readonly string[]): Seal {
  const mistake = sharedKeyMistake(keys);
  if (mistake !== undefined) {
    throw new SagaError('INVALID_CONFIGURATION', `ParticipantModule: ${mistake}`, 'Use `openssl rand -base64 32`.');
  }
  return new Seal(keys, (key, text) => createHmac('sha256', key).update(text).digest('base64'));
}

function notSigned(pattern: string): Refusal {
  return new Refusal(
    'transient',
    'BAD_SIGNATURE',
    `A request for "${pattern}" is not signed with a key that this participant shares with the sender; it was not run.`,
    'Give both sides the same `sharedKeys`.',
  );
}

function shuttingDown(): Refusal {
  return new Refusal(
    'transient',
    'PARTICIPANT_SHUTTING_DOWN',
    'The participant is shutting down and takes no new request.',
    'The step is tried again by its policy.',
  );
}

function decodeOrRefuse(request: WireRequest, pattern: string): unknown {
  try {
    return request.decode();
  } catch (cause) {
    throw new Refusal(
      'fatal',
      'INVALID_COMMAND_INPUT',
      `The input of "${pattern}" cannot be decoded.`,
      'It was written by a newer release, or not by Reprise at all.',
      { cause },
    );
  }
}

function unreadable(error: unknown): ReplyEnvelope {
  const { code, what, advice } = error as SagaError;
  return refusalReply(new Refusal('transient', code, what, advice));
}
