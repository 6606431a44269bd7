import { createHmac, randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { readRequest, Seal, sharedKeyMistake, validateWith, type WireRequest } from 'reprise/contracts';
import {
  DEFAULT_PAYLOAD_LIMIT,
  SagaError,
  type ReplyEnvelope,
  type RequestTrace,
  type StepEnvelope,
  type Tracing,
} from 'reprise/core';
import type { EntityManager } from 'typeorm';
import { answerLimit } from './answer-limit.js';
import { ordinaryStep, sagaStep } from './handler-step.js';
import type { HandledCommand } from './handled-command.js';
import { InFlightRequests } from './in-flight-requests.js';
import { fingerprintOf } from './input-fingerprint.js';
import { isOversized } from './is-oversized.js';
import { ordinaryResult, rpcException } from './ordinary-reply.js';
import { PARTICIPANT_OPTIONS, type ParticipantOptions } from './participant-options.js';
import { PostgresInbox } from './postgres-inbox.js';
import { processed } from './process-span.js';
import { RequestTraces } from './request-traces.js';
import { Refusal } from './refusal.js';
import { RefusedRequests } from './refused-requests.js';
import { failureReply, refusalReply, resultReply } from './reply.js';
import {
  COUNTED,
  invalidInput,
  notSigned,
  pastDeadline,
  shuttingDown,
  tooLarge,
  undecodable,
  unreadable,
} from './request-refusals.js';
import { transportOf } from './transport-of.js';

/** Answers requests: unwraps, checks, deduplicates, runs the handler, and says in every case how it went. */
@Injectable()
export class Participant {
  readonly inFlight = new InFlightRequests();
  readonly inbox: PostgresInbox | undefined;
  private readonly traces: RequestTraces;
  private readonly log = new Logger(Participant.name);
  private readonly payloadLimit: number | undefined;
  private readonly tracing: Tracing | undefined;
  private readonly seal: Seal | undefined;

  /** @throws SagaError `INVALID_CONFIGURATION` for keys that are too short */
  constructor(
    @Inject(PARTICIPANT_OPTIONS) { inbox, payloadLimit, sharedKeys, tracing }: ParticipantOptions,
    @Inject(RefusedRequests) private readonly refused: RefusedRequests,
  ) {
    this.seal = sharedKeys && sealWith(sharedKeys);
    this.inbox = inbox && new PostgresInbox(inbox);
    this.traces = new RequestTraces(this.inbox?.traces);
    this.payloadLimit = payloadLimit;
    this.tracing = tracing;
  }

  /**
   * @param args the arguments of the handler: the payload comes in and the input and the step go on
   * @param run the rest of Nest's pipeline, with the handler at its end
   */
  async answer(handled: HandledCommand, args: unknown[], run: () => Promise<unknown>): Promise<unknown> {
    const context = args[1];
    let request: WireRequest;
    try {
      request = readRequest(args[0]);
    } catch (error) {
      return refusalReply(this.counted(unreadable(error), context));
    }
    const { envelope } = request;
    const refusal = this.refusalOf(handled.command.pattern, request);
    if (refusal !== undefined) {
      this.counted(refusal, context);
      if (envelope) return this.signed(envelope, refusalReply(refusal));
      throw rpcException(refusal.error);
    }
    try {
      if (!envelope) return await this.answerCaller(handled, request, args, run);
      const answer = (): Promise<ReplyEnvelope> => this.answerSaga(handled, envelope, request, args, run);
      const { tracing } = this;
      const reply = tracing ? await processed(tracing, handled.command.pattern, envelope, answer) : await answer();
      return this.signed(envelope, reply);
    } finally {
      this.inFlight.leave();
    }
  }

  /** What is known here of the requests with these keys. */
  known(keys: readonly string[]): Promise<RequestTrace[]> {
    return this.traces.of(keys);
  }

  /** Why a request is not looked at; undefined when it is in, and counted. */
  private refusalOf(pattern: string, { envelope, encoded }: WireRequest): Refusal | undefined {
    if (this.seal && !(envelope && this.seal.acceptsRequest(pattern, envelope, encoded))) return notSigned(pattern);
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
    const context = args[1];
    const limitInBytes = answerLimit(context);
    const received = Date.now();
    const perform = async (manager?: EntityManager): Promise<ReplyEnvelope> => {
      let reply: ReplyEnvelope;
      try {
        args[1] = sagaStep(envelope, manager);
        reply = await resultReply(handled, await run(), this.payloadLimit, limitInBytes);
      } catch (thrown) {
        reply = failureReply(handled, thrown);
      }
      // Kept with the first answer: a later delivery is told when the handler ran.
      return { ...reply, times: { received, handled: Date.now() } };
    };
    const ended = this.traces.began(envelope.key, received);
    let reply: ReplyEnvelope;
    try {
      if (Date.now() >= envelope.deadline) throw pastDeadline(pattern);
      args[0] = await this.inputOf(handled, request);
      if (!this.inbox || handled.unrecorded) {
        reply = await perform();
      } else {
        const { key, undoes, deadline } = envelope;
        const asked = { key, undoes, deadline, command: pattern, fingerprint: fingerprintOf(request.encoded) };
        reply = await (handled.transaction ? this.inbox.once(asked, perform) : this.inbox.onceOutside(asked, perform));
      }
    } catch (error) {
      reply = failureReply(handled, this.counted(error, context));
    } finally {
      ended();
    }
    if (!reply.ok && reply.kind !== 'declared') this.report(pattern, envelope, reply.error.code);
    return reply;
  }

  /** An ordinary caller gets what it would get from `@MessagePattern`; it has no key, so there is nothing to deduplicate. */
  private async answerCaller(
    handled: HandledCommand,
    request: WireRequest,
    args: unknown[],
    run: () => Promise<unknown>,
  ): Promise<unknown> {
    const { command, transaction } = handled;
    const context = args[1];
    const perform = (manager?: EntityManager): Promise<unknown> => {
      args[1] = ordinaryStep(command.operation, randomUUID(), manager);
      return run();
    };
    try {
      args[0] = await this.inputOf(handled, request);
      const result = await (this.inbox && transaction ? this.inbox.inTransaction(perform) : perform());
      return ordinaryResult(handled, result);
    } catch (thrown) {
      throw rpcException(this.counted(thrown, context), handled);
    }
  }

  private async inputOf({ command }: HandledCommand, request: WireRequest): Promise<unknown> {
    const { pattern } = command;
    const limit = this.payloadLimit ?? DEFAULT_PAYLOAD_LIMIT;
    if (isOversized(request.encoded, limit)) throw tooLarge(pattern, limit);
    const checked = await validateWith(command.definition.input, decodeOrRefuse(request, pattern));
    if (checked.valid) return checked.value;
    throw invalidInput(pattern, checked.issues);
  }

  /** Notes what deserves it, and hands on what it was given. */
  private counted<E>(error: E, context: unknown): E {
    if (error instanceof Refusal && COUNTED.has(error.error.code)) {
      this.refused.note(error.error.code, transportOf(context));
    }
    return error;
  }

  /** Codes and names only: messages may hold data, and they are on record at the saga. */
  private report(pattern: string, { instance, attempt, key }: StepEnvelope, code: string | undefined): void {
    this.log.warn(`${pattern} answered ${code} to attempt ${attempt} of "${instance}" (key ${key}).`);
  }
}

function sealWith(keys: readonly string[]): Seal {
  const mistake = sharedKeyMistake(keys);
  if (mistake !== undefined) {
    throw new SagaError('INVALID_CONFIGURATION', `ParticipantModule: ${mistake}`, 'Use `openssl rand -base64 32`.');
  }
  return new Seal(keys, (key, text) => createHmac('sha256', key).update(text).digest('base64'));
}

function decodeOrRefuse(request: WireRequest, pattern: string): unknown {
  try {
    return request.decode();
  } catch (cause) {
    throw undecodable(pattern, cause);
  }
}
