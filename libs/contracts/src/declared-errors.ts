import { decodePayload, encodePayload, type DeclaredError, type RecordedError } from 'reprise/core';
import type { Command } from './command.js';
import type { ContractError, ContractErrorClass } from './contract-error.js';

/** The errors that a command declares, by name, in the form that the engine records and throws again. */
export function declaredErrors(command: Command): Map<string, DeclaredError> {
  return new Map([...command.errors].map(([name, Class]) => [name, declaredByContract(name, Class)]));
}

function declaredByContract(name: string, Class: ContractErrorClass): DeclaredError {
  return {
    name,
    record(error): RecordedError | undefined {
      if (!(error instanceof Class)) return undefined;
      const { message, data } = error as ContractError;
      return { name, message, code: name, data: encodePayload(data, `the data of ${name}`) };
    },
    revive(recorded): Error {
      const data = recorded.data === undefined ? undefined : decodePayload(recorded.data);
      const error = new Class(data as never);
      error.message = recorded.message;
      return error;
    },
  };
}
