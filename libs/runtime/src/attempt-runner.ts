import {
  decodePayload,
  encodePayload,
  idempotencyKey,
  recordDeclared,
  recordError,
  SagaError,
  type AttemptOutcome,
  type StepCall,
  type StepDefinition,
  type StepInvocation,
  type StepReply,
  type StepTransport,
} from 'reprise/core';
import { runAsStep } from './current-step.js';
import type { HostedSaga } from './hosted-saga.js';

/** One try of a step, ready to be made. Times are milliseconds since the epoch. */
export interface Attempt {
  readonly hosted: HostedSaga;
  readonly definition: StepDefinition;
  readonly call: StepCall;
  readonly instance: string;
  readonly run: string;
  readonly attempt: number;
  readonly deadline: number;
  /** Until when a late answer is still listened for. */
  readonly giveUpAt: number;
}

/** Codes that no retry mends, wherever a body or a transport throws them. */
const FATAL: ReadonlySet<string> = new Set([
  'NOT_SERIALISABLE',
  'PAYLOAD_TOO_LARGE',
  'NO_SUCH_SERVICE',
  'INVALID_COMMAND_INPUT',
]);

/** Performs attempts, local and remote, and tells the three kinds of error apart (law S4). Never rejects. */
export class AttemptRunner {
  constructor(
    private readonly transport: StepTransport | undefined,
    private readonly payloadLimit: number | undefined,
  ) {}

  async run(attempt: Attempt): Promise<AttemptOutcome> {
    const { definition, call } = attempt;
    try {
      const args = call.input.map(decodePayload);
      if (definition.command) return this.completed(attempt, await this.send(attempt, args[0]));
      const invocation = invocationOf(attempt);
      const result = await runAsStep(invocation, () => attempt.hosted.perform(definition.name, args, invocation));
      return this.completed(attempt, { outcome: 'completed', result });
    } catch (error) {
      return failed(definition, error);
    }
  }

  private completed({ definition }: Attempt, reply: StepReply): AttemptOutcome {
    if (reply.outcome !== 'completed') return reply;
    return {
      outcome: 'completed',
      result: encodePayload(reply.result, `the result of step "${definition.name}"`, this.payloadLimit),
    };
  }

  private send(attempt: Attempt, input: unknown): Promise<StepReply> {
    if (!this.transport) {
      throw new SagaError(
        'NO_SUCH_SERVICE',
        `Step "${attempt.definition.name}" is remote, but no transport is configured.`,
        'Give SagaModule a `transport`.',
      );
    }
    const { run, call, definition, giveUpAt } = attempt;
    const address = definition.command!;
    return this.transport.send({ ...invocationOf(attempt), address, run, call: call.call, input }, giveUpAt);
  }
}

function invocationOf({ hosted, definition, call, instance, run, attempt, deadline }: Attempt): StepInvocation {
  return {
    saga: hosted.definition.name,
    instance,
    step: definition.name,
    attempt,
    key: idempotencyKey(run, call.call),
    ...(call.undoes === undefined ? {} : { undoes: idempotencyKey(run, call.undoes) }),
    deadline,
  };
}

function failed(definition: StepDefinition, thrown: unknown): AttemptOutcome {
  const declared = recordDeclared(thrown, definition.declared.values());
  if (declared) return { outcome: 'declared', error: declared };
  const fatal = thrown instanceof SagaError && FATAL.has(thrown.code);
  return { outcome: fatal ? 'fatal' : 'transient', error: recordError(thrown) };
}
