import {
  encodePayload,
  recordError,
  SagaError,
  type InstanceSummary,
  type Json,
  type Message,
  type RecordedError,
  type StepResult,
} from 'reprise/core';
import { readToken } from './step-token.js';
import { uuidV7 } from './uuid-v7.js';

export interface FailStepOptions {
  /**
   * - `declared`: a business answer, the effect did not happen; never tried again
   * - `transient`: the body is run again, as the step's policy has it
   * - `fatal`: ended in an error that no retry mends
   *
   * Default: `declared` if the step declares an error of that name, else `fatal`.
   */
  readonly kind?: 'declared' | 'transient' | 'fatal';
}

/** Ends steps from outside, by their tokens. */
export class Completions {
  constructor(
    private readonly payloadLimit: number | undefined,
    private readonly describe: (id: string) => Promise<InstanceSummary>,
    private readonly post: (id: string, message: Message) => Promise<void>,
  ) {}

  /**
   * The step returns `result` to the code. Durable when it resolves.
   * @throws SagaError `INVALID_TOKEN`, `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`, `SHUTTING_DOWN`
   */
  async complete(token: string, result?: unknown): Promise<void> {
    const encoded = encodePayload(result, 'the result', this.payloadLimit);
    await this.send(token, { outcome: 'completed', result: encoded });
  }

  /**
   * The step ends in this error. One that the step declares keeps its fields, and is thrown to the code as what it is. Durable when it
   * resolves.
   * @throws SagaError `INVALID_TOKEN`, `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `SHUTTING_DOWN`
   */
  async fail(token: string, error: unknown, { kind }: FailStepOptions = {}): Promise<void> {
    await this.send(token, { outcome: kind ?? 'failed', error: recordSent(error, this.payloadLimit) });
  }

  private async send(token: string, told: Omit<StepResult, 'run' | 'call'>): Promise<void> {
    const { id, run, call, edits } = readToken(token);
    if ((await this.describe(id)).key.run !== run) {
      throw new SagaError('INSTANCE_CLOSED', `The run of instance "${id}" that the token is of has ended.`);
    }
    const result: StepResult = { run, call, ...(edits === undefined ? {} : { edits }), ...told };
    const input = [result as unknown as Json];
    await this.post(id, { id: uuidV7(), kind: 'result', name: told.outcome, input });
  }
}

/** The record of an error whose step is not known here: its fields go with it where they can be stored. */
function recordSent(thrown: unknown, limit: number | undefined): RecordedError {
  const record = recordError(thrown);
  if (!(thrown instanceof Error)) return record;
  const { message: _message, stack: _stack, cause: _cause, ...fields } = { ...thrown } as Record<string, unknown>;
  try {
    return { ...record, data: encodePayload(isContractError(thrown) ? fields['data'] : fields, 'its fields', limit) };
  } catch {
    return record;
  }
}

/** A contract's error has a code that is its name, and its data in a field of that name. */
function isContractError(error: Error): boolean {
  return 'code' in error && error.code === error.name && Object.hasOwn(error, 'data');
}
