import { SagaError } from 'reprise/core';
import { className } from './saga-outline.js';

/**
 * Runs the body of a local step or local compensation on the ordinary provider, which has real services and none of the saga's fields
 * (law D6).
 * @returns what the body answers, most often a promise
 * @throws what the body throws
 * @param host the provider
 * @param name the method
 * @param args the step's arguments; of a compensation, the step's result (or undefined) and then its arguments
 */
export function performLocal(host: object, name: string, args: readonly unknown[]): unknown {
  const body = (host as Record<string, unknown>)[name];
  if (typeof body !== 'function') {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `${className(host.constructor)} has no method ${name}() to perform the step "${name}".`,
      'Give the provider that method, or remove what replaces it.',
    );
  }
  return body.apply(host, args) as unknown;
}
