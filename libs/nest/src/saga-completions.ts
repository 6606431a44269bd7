import { Inject, Injectable } from '@nestjs/common';
import type { FailStepOptions } from 'reprise/runtime';
import { SagaRegistrar } from './saga.registrar.js';

/**
 * Ends steps that were given out of their bodies' hands (`currentStep()!.completeLater()`): from a webhook, a queue, a person's click.
 * Works in every process that has the store, whether or not it knows the saga's class.
 *
 * @example
 * @Post('approvals/:token')
 * async approve(@Param('token') token: string, @Body() approval: Approval) {
 *   await this.completions.complete(token, approval);
 * }
 */
@Injectable()
export class SagaCompletions {
  constructor(@Inject(SagaRegistrar) private readonly registrar: SagaRegistrar) {}

  /**
   * The step returns `result` to the code. Durable when it resolves.
   * @throws SagaError `INVALID_TOKEN`, `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`, `SHUTTING_DOWN`
   */
  async complete(token: string, result?: unknown): Promise<void> {
    await (await this.registrar.started()).completions.complete(token, result);
  }

  /**
   * The step ends in this error. One that the step declares keeps its fields, and is thrown to the code as what it is.
   * Durable when it resolves.
   * @throws SagaError `INVALID_TOKEN`, `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `SHUTTING_DOWN`
   */
  async fail(token: string, error: unknown, options?: FailStepOptions): Promise<void> {
    await (await this.registrar.started()).completions.fail(token, error, options);
  }
}
