import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A business answer that a contract declares: an `Error` with typed data. */
export interface ContractError<Name extends string = string, Data = unknown> extends Error {
  readonly name: Name;
  /** The same as `name`. */
  readonly code: Name;
  readonly data: Data;
}

/** The class of a declared error. Data that may be left out need not be given. */
export interface ContractErrorClass<
  Name extends string = string,
  // `never` as the parameter lets every class of a contract be handled as "some class".
  Data = never,
  Kept = unknown,
> {
  new (...data: undefined extends Data ? [data?: Data] : [data: Data]): ContractError<Name, Kept>;
  readonly prototype: ContractError<Name, Kept>;
  /** The error's name, not only the class's. */
  readonly name: Name;
  readonly schema: StandardSchemaV1;
}

const BRAND = Symbol.for('reprise:contract-error');

/**
 * Makes the class of one declared error. `instanceof` goes by a brand, `inventory.OutOfStock`, so that it also holds for an
 * error that another copy of this library made (a package loaded as ESM and as CommonJS, two versions side by side).
 */
export function createContractErrorClass(service: string, name: string, schema: StandardSchemaV1): ContractErrorClass {
  const brand = `${service}.${name}`;
  class DeclaredByContract extends Error {
    static readonly schema = schema;

    static override [Symbol.hasInstance](value: unknown): boolean {
      // A class that a user derives from this one keeps the ordinary meaning.
      if (this !== DeclaredByContract) return Function.prototype[Symbol.hasInstance].call(this, value);
      return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === brand;
    }

    constructor(readonly data: unknown) {
      super(messageOf(data) ?? `${service}: ${inWords(name)}`);
    }
  }
  Object.defineProperty(DeclaredByContract, 'name', { value: name });
  for (const [key, value] of [[BRAND, brand] as const, ['name', name] as const, ['code', name] as const]) {
    Object.defineProperty(DeclaredByContract.prototype, key, { value, configurable: true, writable: true });
  }
  return DeclaredByContract as unknown as ContractErrorClass;
}

/** Data that brings its own sentence is believed. */
function messageOf(data: unknown): string | undefined {
  const message = typeof data === 'object' && data !== null ? (data as { message?: unknown }).message : undefined;
  return typeof message === 'string' && message ? message : undefined;
}

/** `OutOfStock` as "out of stock". */
function inWords(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
}
