import {
  encodePayload,
  isClosed,
  milliseconds,
  recordError,
  SagaError,
  type InstanceSummary,
  type Json,
  type Message,
  type OperatorAction,
  type OperatorRequest,
} from 'reprise/core';
import { operateInBulk, type BulkAction, type BulkOptions, type BulkReport } from './bulk-operation.js';
import type { InstanceQuery } from './instance-query.js';
import type { Messenger } from './messenger.js';
import type { Operator } from './operator.js';
import type { SagaQueries } from './saga-queries.js';
import { uuidV7 } from './uuid-v7.js';

export interface ControlOptions {
  readonly payloadLimit: number | undefined;
  readonly describe: (id: string) => Promise<InstanceSummary>;
  readonly messenger: () => Messenger;
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
   * Does the same to every instance that a query finds, none twice. Without `status` only open ones are looked for.
   * @throws SagaError as `SagaQueries.list`; what goes wrong with one instance is in the report
   */
  async bulk(query: InstanceQuery, action: BulkAction, options: BulkOptions): Promise<BulkReport> {
    checkOperator(options);
    const act = (id: string): Promise<void> => this.operate(id, action, options);
    return operateInBulk(this.options.queries(), query, act, options);
  }

  private async operate(
    id: string,
    action: OperatorAction,
    operator: Operator,
    call?: number,
    told: Pick<OperatorRequest, 'result' | 'error'> = {},
  ): Promise<void> {
    const { by, reason } = checkOperator(operator);
    const { status } = await this.options.describe(id);
    if (isClosed(status)) throw refused(id, action, `The instance is ${status}.`);
    const request: OperatorRequest = { by, reason, ...(call === undefined ? {} : { call }), ...told };
    const message: Message = { id: uuidV7(), kind: 'operate', name: action, input: [request as unknown as Json] };
    const patience = milliseconds(operator.timeout ?? '30s');
    const reply = await this.options
      .messenger()
      .ask(id, message, patience, () => notConfirmed(id, action, patience))
      .catch((error: unknown) => {
        if (error instanceof SagaError && error.code === 'INSTANCE_CLOSED') throw refused(id, action, error.what);
        throw error;
      });
    if (reply.stage === 'none') throw reply.error;
    if (reply.stage === 'refused') throw refused(id, action, reply.error.message);
  }
}

/** @throws SagaError `OPERATION_REFUSED` */
function checkOperator<T extends Operator>(operator: T): T {
  const { by, reason } = operator;
  for (const [name, text] of Object.entries({ by, reason })) {
    if (typeof text !== 'string' || text.trim() === '' || text.includes('\0'))
      throw new SagaError('OPERATION_REFUSED', `An operation needs "${name}".`, 'Say who does it, and why.');
  }
  return operator;
}

function refused(id: string, action: OperatorAction, why: string): SagaError {
  return new SagaError('OPERATION_REFUSED', `${action} of instance "${id}" was refused: ${why}`);
}

function notConfirmed(id: string, action: OperatorAction, patience: number): SagaError {
  return new SagaError(
    'OPERATION_NOT_CONFIRMED',
    `No worker took ${action} of instance "${id}" in within ${patience} ms; one may still do so.`,
    'See whether a process is up that hosts the saga in its version, and look at the history before you ask again.',
  );
}
