import {
  recordError,
  SagaError,
  type BranchAction,
  type Execution,
  type Json,
  type Message,
  type OperatorAction,
  type OperatorRequest,
  type StepRecord,
} from 'reprise/core';
import type { AttemptRunner } from './attempt-runner.js';
import type { MessageEffect } from './message-events.js';
import { didNotHappen, operationEvents } from './operation-events.js';
import type { ResidentIdentity } from './resident-identity.js';

/** What an operator asks of one instance, on its way into a turn: done with its events, or refused without a trace. */
export class Operation {
  private readonly action: Exclude<OperatorAction, BranchAction>;
  private readonly request: OperatorRequest;
  /** The database knows better than the operator. */
  private contradiction: SagaError | undefined;

  constructor(
    { name, input }: Message,
    private readonly identity: ResidentIdentity,
    private readonly attempts: AttemptRunner,
    private readonly execution: Execution,
  ) {
    this.action = name as Exclude<OperatorAction, BranchAction>;
    this.request = input[0] as unknown as OperatorRequest;
  }

  /** True if the outcome of a transactional step has to be on record first: a process that was taken for dead may not commit another (law S9). */
  get settles(): boolean {
    return this.record !== undefined && this.mayBeTransactional && !(this.events instanceof SagaError);
  }

  /** Puts the outcome on record. Done again after a crash it finds what it did. @throws what the database throws */
  async settle(): Promise<void> {
    const wanted = this.record!;
    const step = this.execution.state.step(this.request.call!)!;
    const found = await this.attempts.settle(this.identity, step, wanted);
    if (!found || agree(wanted, found)) return;
    const { call } = this.request;
    this.contradiction = new SagaError(
      'OPERATION_REFUSED',
      `The transaction of call ${call} has ended otherwise: its outcome on record is "${found.outcome}".`,
      'Retry the call: it takes the outcome that is on record.',
    );
  }

  effect(): MessageEffect {
    const { by, reason, call } = this.request;
    const events = this.contradiction ?? this.events;
    if (events instanceof SagaError) return { events: [], reply: { stage: 'refused', error: recordError(events) } };
    const acted = { type: 'OperatorActed', action: this.action, by, reason } as const;
    return {
      events: [call === undefined ? acted : { ...acted, call }, ...events],
      reply: { stage: 'completed', result: null },
    };
  }

  private get events(): ReturnType<typeof operationEvents> {
    return operationEvents(this.execution, this.action, this.request);
  }

  private get record(): StepRecord | undefined {
    const { result = null, error = recordError(didNotHappen()) } = this.request;
    switch (this.action) {
      case 'complete':
        return { outcome: 'completed', result };
      case 'fail':
        return { outcome: 'fatal', error };
      case 'didNotHappen':
      case 'skipCompensation':
      case 'editInput':
        return { outcome: 'undone' };
      default:
        return undefined;
    }
  }

  /** Also a step that today's code does not know may be one. */
  private get mayBeTransactional(): boolean {
    const step = this.execution.state.step(this.request.call!);
    const definition = step && this.execution.steps.of(step);
    return !definition || definition.policy.transactional !== undefined;
  }
}

function agree(wanted: StepRecord, found: StepRecord): boolean {
  // Whatever a body that failed had written is rolled back.
  if (wanted.outcome === 'undone') return found.outcome !== 'completed';
  if (wanted.outcome !== found.outcome) return false;
  return !('result' in wanted && 'result' in found) || same(wanted.result, found.result);
}

function same(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
