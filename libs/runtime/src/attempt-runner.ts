import {
  decodePayload,
  encodePayload,
  idempotencyKey,
  recordDeclared,
  recordError,
  SagaError,
  shardOf,
  type AttemptOutcome,
  type DeferredOutcome,
  type Json,
  type StepCall,
  type StepDefinition,
  type StepInvocation,
  type StepPolicy,
  type StepRecord,
  type StepReply,
  type StepTransport,
  type TraceContext,
} from 'reprise/core';
import type { Attempt } from './attempt.js';
import type { DeliveryDesk } from './delivery-desk.js';
import type { Figures } from './figures/figures.js';
import type { EngineSteps } from './engine-steps.js';
import { runAsStep } from './current-step.js';
import { placeOf } from './record-keys.js';
import type { ResidentIdentity } from './resident-identity.js';
import { Deferral } from './deferral.js';
import { RunningStep } from './running-step.js';
import { TransactionalAttempts } from './transactional-attempts.js';
import { verify } from './verify.js';
import type { WorkerOptions } from './worker-options.js';

/** Codes that no retry mends, wherever a body or a transport throws them. */
const FATAL: ReadonlySet<string> = new Set([
  'NOT_SERIALISABLE',
  'PAYLOAD_TOO_LARGE',
  'NO_SUCH_SERVICE',
  'INVALID_COMMAND_INPUT',
  'TRANSACTION_ENDED',
  'CANNOT_COMPLETE_LATER',
  'CANNOT_RECORD_PROGRESS',
]);

/** Performs attempts, local and remote, and tells the three kinds of error apart (law S4). Never rejects. */
export class AttemptRunner {
  private readonly transactional: TransactionalAttempts;

  private readonly transport: StepTransport | undefined;
  private readonly payloadLimit: number | undefined;
  private readonly engineSteps: EngineSteps;
  private readonly figures: Figures | undefined;

  constructor(
    { transport, payloadLimit, engineSteps, store, figures }: WorkerOptions,
    private readonly deliveries: DeliveryDesk | undefined,
  ) {
    this.transport = transport;
    this.payloadLimit = payloadLimit;
    this.engineSteps = engineSteps;
    this.figures = figures;
    this.transactional = new TransactionalAttempts(store.transactions);
  }

  run(attempt: Attempt): Promise<AttemptOutcome | DeferredOutcome> {
    return this.figures ? this.measured(this.figures, attempt) : this.traced(attempt);
  }

  private async measured(figures: Figures, attempt: Attempt): Promise<AttemptOutcome | DeferredOutcome> {
    const began = performance.now();
    const outcome = await this.traced(attempt);
    const { duration } = figures.saga(attempt.hosted.definition.name).step(attempt.call.step);
    duration.observe((performance.now() - began) / 1_000);
    return outcome;
  }

  private traced(attempt: Attempt): Promise<AttemptOutcome | DeferredOutcome> {
    const { trace } = attempt.life;
    return trace ? trace.perform(() => this.perform(attempt)) : this.perform(attempt);
  }

  private async perform(attempt: Attempt): Promise<AttemptOutcome | DeferredOutcome> {
    const { definition, call } = attempt;
    try {
      if (definition.verdict) return await verify(attempt, (args) => this.ask(attempt, args), this.payloadLimit);
      let args: readonly unknown[] = call.input.map(decodePayload);
      if (call.undoes !== undefined) args = await this.transactional.forestall(attempt, args);
      if (definition.engine) return await this.engineSteps.perform(attempt, args);
      if (definition.command) return this.completed(attempt, await this.send(attempt, args[0]));
      if (attempt.pulse.ask) await attempt.pulse.ask();
      const perform = this.body(attempt, args);
      if (!definition.policy.transactional) return this.performed(definition, await perform());
      const encoded = async (manager: unknown): Promise<Json> => this.encode(definition, await perform(manager));
      return await this.transactional.run(attempt, encoded, (thrown) => failed(definition, thrown));
    } catch (error) {
      return failed(definition, error);
    }
  }

  /** What a verification is answered: by the service of its command, or by its body. */
  private async ask(attempt: Attempt, args: readonly unknown[]): Promise<StepReply> {
    if (attempt.definition.command) return this.send(attempt, args[0]);
    if (attempt.pulse.ask) await attempt.pulse.ask();
    return { outcome: 'completed', result: await this.body(attempt, args)() };
  }

  /** The body of a local step, ready to run, in a transaction if it is given its manager. */
  private body(attempt: Attempt, args: readonly unknown[]): (manager?: unknown) => unknown {
    const { hosted, definition, pulse } = attempt;
    const invocation = invocationOf(attempt);
    const step = new RunningStep(invocation, attempt, this.payloadLimit);
    return (manager) => {
      pulse.begin();
      return runAsStep(step, () => hosted.perform(definition.name, args, invocation), manager);
    };
  }

  /** What is on record of a step that is not tried again; undefined for one that keeps no record. Never rejects. */
  recorded(
    { id, key }: ResidentIdentity,
    call: StepCall,
    { transactional }: StepPolicy,
  ): Promise<AttemptOutcome | undefined> | undefined {
    return transactional && this.transactional.recorded({ instance: id, run: key.run }, call);
  }

  /** Puts an outcome that an operator tells on record (law S9), so that no attempt elsewhere commits another; what is on record then. */
  settle({ id, key }: ResidentIdentity, call: StepCall, record: StepRecord): Promise<StepRecord> | undefined {
    return this.transactional.settle({ instance: id, run: key.run }, call, record);
  }

  private performed(definition: StepDefinition, result: unknown): AttemptOutcome | DeferredOutcome {
    if (!(result instanceof Deferral)) return { outcome: 'completed', result: this.encode(definition, result) };
    return { outcome: 'deferred', ...(result.within === undefined ? {} : { within: result.within }) };
  }

  private completed({ definition }: Attempt, reply: StepReply): AttemptOutcome {
    if (reply.outcome !== 'completed') return reply;
    try {
      const { delivery } = reply;
      const result = this.encode(definition, reply.result);
      return { outcome: 'completed', result, ...(delivery === undefined ? {} : { delivery }) };
    } catch (error) {
      if (error instanceof SagaError) this.transport!.refuse(error.code, definition.command!);
      throw error;
    }
  }

  private encode({ name }: StepDefinition, result: unknown): Json {
    return encodePayload(result, `the result of step "${name}"`, this.payloadLimit);
  }

  private async send(attempt: Attempt, input: unknown): Promise<StepReply> {
    const { transport } = this;
    if (!transport) {
      throw new SagaError(
        'NO_SUCH_SERVICE',
        `Step "${attempt.definition.name}" is remote, but no transport is configured.`,
        'Give SagaModule a `transport`.',
      );
    }
    const { run, call, definition, giveUpAt } = attempt;
    const address = definition.command!;
    const key = { shard: shardOf(attempt.instance), run };
    const ended = this.deliveries?.sent({ key, call: placeOf(call), attempt: attempt.attempt, ...address });
    const send = (context?: TraceContext): Promise<StepReply> =>
      transport.send({ ...invocationOf(attempt), ...context, address, run, call: call.call, input }, giveUpAt);
    const { trace } = attempt.life;
    try {
      return await (trace ? trace.send(address, transport.systemOf?.(address.service), send) : send());
    } finally {
      ended?.();
    }
  }
}

function invocationOf({
  hosted,
  definition,
  call,
  target,
  instance,
  flow,
  run,
  attempt,
  deadline,
}: Attempt): StepInvocation {
  const tries = attempt - (definition.verdict ? (call.triedBefore ?? 0) : 0);
  // A participant answers one request per key: a look is another request than the step, and each look a new one.
  const look = definition.verdict && definition.command ? `:verify:${tries}` : '';
  return {
    saga: hosted.definition.name,
    instance,
    ...(flow === instance ? {} : { flow }),
    step: definition.name,
    attempt: tries,
    key: idempotencyKey(run, call) + look,
    ...(target === undefined ? {} : { undoes: idempotencyKey(run, target) }),
    deadline,
  };
}

function failed(definition: StepDefinition, thrown: unknown): AttemptOutcome {
  const declared = recordDeclared(thrown, definition.declared.values());
  if (declared) return { outcome: 'declared', error: declared };
  const fatal = thrown instanceof SagaError && FATAL.has(thrown.code);
  return { outcome: fatal ? 'fatal' : 'transient', error: recordError(thrown) };
}
