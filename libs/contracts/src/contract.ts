import type { StandardSchemaV1 } from '@standard-schema/spec';
import { SagaError } from 'reprise/core';
import { createCommand, type Command, type OperationDefinition } from './command.js';
import { createContractErrorClass, type ContractErrorClass } from './contract-error.js';
import { isSchema } from './validate-with.js';

type Operations = Readonly<Record<string, OperationDefinition>>;

type DeclaredIn<D> = {
  [K in keyof D]: D[K] extends { readonly errors: infer Errors } ? Errors : never;
}[keyof D];
type KeysOfEach<Union> = Union extends unknown ? keyof Union : never;
type ValueOf<Union, Name extends PropertyKey> = Union extends { readonly [K in Name]: infer Value } ? Value : never;
type ErrorClass<Name extends string, Schema> = Schema extends StandardSchemaV1
  ? ContractErrorClass<Name, StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferInput<Schema>>
  : never;

/** The classes of all errors that a contract declares, by name. */
export type ContractErrors<D> = {
  readonly [Name in KeysOfEach<DeclaredIn<D>> & string]: ErrorClass<Name, ValueOf<DeclaredIn<D>, Name>>;
};

/** The commands of a service by name, and beside them `errors`: the classes of its declared errors. */
export type Contract<D extends Operations = Operations> = {
  readonly [K in keyof D]: Command<D[K]>;
} & { readonly errors: ContractErrors<D> };

const SERVICE = /^[A-Za-z][\w-]*$/;
const OPERATION = /^[A-Za-z_$][\w$]*$/;

/**
 * What a service offers to sagas: shared by both sides, without a line of Nest, usable in a browser.
 * Schemas are of any library that follows Standard Schema (zod, valibot, arktype, …).
 *
 * @param service the name under which the orchestrator lists the service, for instance `inventory`
 * @throws SagaError `INVALID_CONFIGURATION` for a bad name, an operation called `errors`, something that is not a schema, or one
 *   error name with two schemas
 * @example
 * export const Inventory = contract('inventory', {
 *   reserve: {
 *     input: z.object({ sku: z.string(), count: z.number() }),
 *     output: z.object({ reservationId: z.string() }),
 *     errors: { OutOfStock: z.object({ sku: z.string() }) },
 *   },
 *   release: { input: z.object({ reservationId: z.string() }) },
 * });
 */
export function contract<const D extends Operations & { readonly errors?: 'an operation cannot be called "errors"' }>(
  service: string,
  operations: D,
): Contract<D> {
  if (!SERVICE.test(service)) {
    throw invalid(`"${service}" cannot name a service.`, 'Use a letter, then letters, digits, "_" or "-".');
  }
  const classes = new Map<string, ContractErrorClass>();
  const built: Record<string, unknown> = {};
  for (const [operation, definition] of Object.entries(operations as Operations)) {
    const where = `${service}.${operation}`;
    if (operation === 'errors') {
      throw invalid(
        `Contract "${service}" has an operation called "errors".`,
        'Rename it: the error classes are there.',
      );
    }
    if (!OPERATION.test(operation)) {
      throw invalid(`"${where}" cannot name an operation.`, 'Use a name that can be a method.');
    }
    demandSchema(definition.input, `The input of "${where}"`);
    if (definition.output !== undefined) demandSchema(definition.output, `The output of "${where}"`);
    const declared = new Map<string, ContractErrorClass>();
    for (const [name, schema] of Object.entries(definition.errors ?? {})) {
      demandSchema(schema, `The error "${name}" of "${where}"`);
      declared.set(name, classOf(classes, service, name, schema));
    }
    built[operation] = createCommand(service, operation, definition, declared);
  }
  built['errors'] = Object.freeze(Object.fromEntries(classes));
  return Object.freeze(built) as Contract<D>;
}

function classOf(
  classes: Map<string, ContractErrorClass>,
  service: string,
  name: string,
  schema: StandardSchemaV1,
): ContractErrorClass {
  const known = classes.get(name);
  if (known === undefined) {
    const made = createContractErrorClass(service, name, schema);
    classes.set(name, made);
    return made;
  }
  if (known.schema === schema) return known;
  throw invalid(
    `Contract "${service}" declares the error "${name}" with two different schemas.`,
    'Put the schema in a constant and use that in both operations, or give the errors two names.',
  );
}

function demandSchema(value: unknown, what: string): void {
  if (!isSchema(value)) {
    throw invalid(
      `${what} is not a Standard Schema.`,
      'Use a schema of zod, valibot, arktype or another such library.',
    );
  }
}

function invalid(what: string, advice: string): SagaError {
  return new SagaError('INVALID_CONFIGURATION', what, advice);
}
