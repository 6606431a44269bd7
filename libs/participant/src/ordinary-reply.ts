import { RpcException } from '@nestjs/microservices';
import { SagaError } from 'reprise/core';
import type { HandledCommand } from './handled-command.js';
import { Refusal } from './refusal.js';
import { declaredRecord } from './reply.js';

/**
 * What an ordinary caller gets of a result: the result. Nest would leave the caller waiting if it could not be serialised.
 * @throws SagaError `NOT_SERIALISABLE`
 */
export function ordinaryResult({ command }: HandledCommand, result: unknown): unknown {
  try {
    JSON.stringify(result);
    return result;
  } catch (cause) {
    throw new SagaError(
      'NOT_SERIALISABLE',
      `The result of "${command.pattern}" cannot be written as JSON.`,
      'Return plain data.',
      { cause },
    );
  }
}

/** Declared errors and refusals in the form that Nest sends to callers; everything else stays what it was, for the filters. */
export function rpcException(thrown: unknown, handled?: HandledCommand): unknown {
  const error = thrown instanceof Refusal ? thrown.error : thrown;
  if (error instanceof SagaError) {
    return new RpcException({ name: error.name, message: error.message, code: error.code });
  }
  const declared = handled && declaredRecord(handled, error);
  return declared ? new RpcException({ ...declared }) : error;
}
