import {
  encodePayload,
  isClosed,
  milliseconds,
  recordError,
  SagaError,
  type BranchAction,
  type InstanceSummary,
  type Json,
  type Message,
  type OperatorAction,
  type OperatorRequest,
} from 'reprise/core';
import { operateInBulk, statusesFor, type BulkAction, type BulkOptions, type BulkReport } from './bulk-operation.js';
import type { ForkTerms, RedriveTerms } from './branch-terms.js';
import type { Branches } from './branches.js';
import type { InstanceQuery } from './instance-query.js';
import type { Messenger } from './messenger.js';
import { checkOperator, refusedOperation, type Operator } from './operator.js';
import type { SagaQueries } from './saga-queries.js';
import { uuidV7 } from './uuid-v7.js';

export interface ControlOptions {
  readonly payloadLimit: number | undefined;
  readonly describe: (id: string) => Promise<InstanceSummary>;
  readonly messenger: () => Messenger;
  readonly branches: () => Branches;
  readonly queries: () => SagaQueries;
}

/**
 * What people do to instances. Each action is an event in the history with who and why, before what it leads to and in the same turn.
 * Works from every process that has the store; a worker that hosts the saga does it, also where the code is parked by an incident.
 *
 * Every method rejects with a SagaError: `UNKNOWN_INSTANCE`, `OPERATION_REFUSED` when it cannot be (nothing was done),
 * `OPERATION_NOT_CONFIRMED` when no worker took it in time (it may still be done), `SHUTTING_DOWN`.
 */
export class SagaControl {
  constructor(private readonly options: ControlOptions) {}

  /** Resolves incidents, and makes steps that wait for a retry due now: that of one call, or all. */
  async retry(id: string, operator: Operator & { readonly call?: number }): Promise<void> {
    await this.operate(id, 'retry', operator, operator.call);
  }

  /**
   * A step that waits for a retry or a person is tried again at once with other arguments, and its compensation gets them too. They are
   * another request than before, with another key: nobody may have done the old one. Of a transactional step the database knows; of any
   * other say `happened: false` when you have looked, and no attempt had an effect or can still have one.
   * @param input the arguments in order, as the history has them; of a compensation the result comes first
   * @throws SagaError also `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`
   */
  async editInput(
    id: string,
    call: number,
    input: readonly unknown[],
    operator: Operator & { readonly happened?: false },
  ): Promise<void> {
    if (!Array.isArray(input)) throw refusedOperation(id, 'editInput', 'The input is the list of the arguments.');
    const { payloadLimit } = this.options;
    const encoded = input.map((one, i) => encodePayload(one, `argument ${i + 1}`, payloadLimit));
    const { happened } = operator;
    await this.operate(id, 'editInput', operator, call, {
      input: encoded,
      ...(happened === false ? { happened } : {}),
    });
  }

  /**
   * An open step returns `result` to the code. Of a compensation: its step counts as undone.
   * @throws SagaError also `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`
   */
  async complete(id: string, call: number, result: unknown, operator: Operator): Promise<void> {
    const encoded = encodePayload(result, 'the result', this.options.payloadLimit);
    await this.operate(id, 'complete', operator, call, { result: encoded });
  }

  /** An open step ends in this error; whether its effect happened is not certain, so that it is undone if the saga fails. */
  async fail(id: string, call: number, error: unknown, operator: Operator): Promise<void> {
    await this.operate(id, 'fail', operator, call, { error: recordError(error) });
  }

  /** The effect of an open step did not happen: the code gets an error, and nothing is undone for it (law C3). */
  async didNotHappen(id: string, call: number, operator: Operator): Promise<void> {
    await this.operate(id, 'didNotHappen', operator, call);
  }

  /** Calls off an open compensation for good. @param call of the compensation, not of its step */
  async skipCompensation(id: string, call: number, operator: Operator): Promise<void> {
    await this.operate(id, 'skipCompensation', operator, call);
  }

  /** Ends the instance at once, undoing nothing; what is left standing is in its history. `result()` rejects with `SAGA_TERMINATED`. */
  async terminate(id: string, operator: Operator): Promise<void> {
    await this.operate(id, 'terminate', operator);
  }

  /** Asks the code to end: its current wait throws `SagaCancelledError`, compensations run (law C7). */
  async cancel(id: string, operator: Operator): Promise<void> {
    await this.operate(id, 'cancel', operator);
  }

  /** No new attempt begins and no timer fires until `resume`. Attempts under way end; messages are taken in; deadlines run on. */
  async pause(id: string, operator: Operator): Promise<void> {
    await this.operate(id, 'pause', operator);
  }

  /** Ends a pause: what came due meanwhile is due now. */
  async resume(id: string, operator: Operator): Promise<void> {
    await this.operate(id, 'resume', operator);
  }

  /**
   * An instance that ended as `failed` goes on as a new run of its id, from before the failure that ended it: steps that completed keep their
   * results, the failed one is tried again, and so is what has no result. One that is known not to have happened gets a new key; one that
   * may have happened keeps its key. Where the code itself threw it goes on from there, with the code of today. Needs no worker to be
   * accepted.
   * @example await control.redrive('order-17', { by: 'anna', reason: 'the card was unblocked' });
   */
  async redrive(id: string, operator: Omit<Operator, 'timeout'> & RedriveTerms): Promise<void> {
    checkOperator(operator);
    await this.options.branches().redrive(await this.options.describe(id), operator, operator);
  }

  /**
   * Begins another instance with the first events of this one, which is left as it is, open or ended. Steps that those events made are not
   * done again if they completed, whenever that was; the others are tried again with the keys that they have here. It does not undo them,
   * unless `undoPrefix` says so. Answers the id of the new instance.
   * @throws SagaError also `INVALID_ID`, `DUPLICATE_ID`
   * @example await control.fork('order-17', { fromEvent: 12, newId: 'order-17b', by: 'anna', reason: 'ticket 7' });
   */
  async fork(id: string, operator: Omit<Operator, 'timeout'> & ForkTerms): Promise<string> {
    checkOperator(operator);
    return this.options.branches().fork(await this.options.describe(id), operator, operator);
  }

  /**
   * Does the same to every instance that a query finds, none twice. Without `status` only those are looked for
   * that the action is for: failed ones for a redrive, else open ones.
   * @throws SagaError as `SagaQueries.list`; what goes wrong with one instance is in the report
   */
  async bulk(query: InstanceQuery, action: BulkAction, options: BulkOptions): Promise<BulkReport> {
    checkOperator(options);
    const { by, reason } = options;
    const act = (id: string): Promise<void> =>
      action === 'redrive' ? this.redrive(id, { by, reason }) : this.operate(id, action, options);
    return operateInBulk(this.options.queries(), { status: statusesFor(action), ...query }, act, options);
  }

  private async operate(
    id: string,
    action: Exclude<OperatorAction, BranchAction>,
    operator: Operator,
    call?: number,
    told: Pick<OperatorRequest, 'result' | 'error' | 'input' | 'happened'> = {},
  ): Promise<void> {
    const { by, reason } = checkOperator(operator);
    const { status } = await this.options.describe(id);
    if (isClosed(status)) throw refusedOperation(id, action, `The instance is ${status}.`);
    const request: OperatorRequest = { by, reason, ...(call === undefined ? {} : { call }), ...told };
    const message: Message = { id: uuidV7(), kind: 'operate', name: action, input: [request as unknown as Json] };
    const patience = milliseconds(operator.timeout ?? '30s');
    const reply = await this.options
      .messenger()
      .ask(id, message, patience, () => notConfirmed(id, action, patience))
      .catch((error: unknown) => {
        if (error instanceof SagaError && error.code === 'INSTANCE_CLOSED')
          throw refusedOperation(id, action, error.what);
        throw error;
      });
    if (reply.stage === 'none') throw reply.error;
    if (reply.stage === 'refused') throw refusedOperation(id, action, reply.error.message);
  }
}

function notConfirmed(id: string, action: OperatorAction, patience: number): SagaError {
  return new SagaError(
    'OPERATION_NOT_CONFIRMED',
    `No worker took ${action} of instance "${id}" in within ${patience} ms; one may still do so.`,
    'See whether a process is up that hosts the saga in its version, and look at the history before you ask again.',
  );
}
