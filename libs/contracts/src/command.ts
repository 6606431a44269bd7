import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { CommandAddress } from 'reprise/core';
import type { ContractErrorClass } from './contract-error.js';

/** What two services agree on for one operation. */
export interface OperationDefinition {
  /** What the caller sends (the schema's input) and the handler receives (the schema's output). */
  readonly input: StandardSchemaV1;
  /** What the handler returns (the schema's input) and the caller receives (the schema's output). Absent: nothing. */
  readonly output?: StandardSchemaV1;
  /** The business answers other than success, by name, each with the schema of its data. Their effect did not happen. */
  readonly errors?: Readonly<Record<string, StandardSchemaV1>>;
}

const COMMAND = Symbol.for('reprise:command');

/** One operation of a contract: `typeof Inventory.reserve`. */
export interface Command<Definition extends OperationDefinition = OperationDefinition> {
  readonly service: string;
  readonly operation: string;
  /** What a `@MessagePattern` handler of this command listens to, for instance `inventory.reserve`. */
  readonly pattern: string;
  readonly address: CommandAddress;
  readonly definition: Definition;
  /** The classes of the declared errors, by name. */
  readonly errors: ReadonlyMap<string, ContractErrorClass>;
}

/** What the caller of a command sends. */
export type CommandInput<C extends Command> = StandardSchemaV1.InferInput<C['definition']['input']>;
/** What the caller of a command gets; `void` if the command has no output. */
export type CommandResult<C extends Command> = C['definition'] extends { readonly output: infer Output }
  ? Output extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<Output>
    : void
  : void;
/** What the handler of a command receives: the input after the schema's defaults and transformations. */
export type HandlerInput<C extends Command> = StandardSchemaV1.InferOutput<C['definition']['input']>;
/** What the handler of a command returns; `void` if the command has no output. */
export type HandlerResult<C extends Command> = C['definition'] extends { readonly output: infer Output }
  ? Output extends StandardSchemaV1
    ? StandardSchemaV1.InferInput<Output>
    : void
  : void;

/**
 * A command as the caller sees it.
 * @example
 * `@Step(Inventory.reserve)`
 * declare reserveStock: Remote<typeof Inventory.reserve>;
 */
export type Remote<C extends Command> = (input: CommandInput<C>) => Promise<CommandResult<C>>;

/** True for a command of any contract, also when this library is loaded twice. */
export function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && COMMAND in value;
}

/** For `contract()`: a command is made there and nowhere else. */
export function createCommand(
  service: string,
  operation: string,
  definition: OperationDefinition,
  errors: ReadonlyMap<string, ContractErrorClass>,
): Command {
  const command: Command = {
    service,
    operation,
    pattern: `${service}.${operation}`,
    address: Object.freeze({ service, operation }),
    definition,
    errors,
  };
  Object.defineProperty(command, COMMAND, { value: 1 });
  return Object.freeze(command);
}
