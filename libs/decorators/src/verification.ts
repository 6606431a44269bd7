import { stepPolicy, type DeclaredError, type StepDefinition } from 'reprise/core';
import type { SagaOutline } from './saga-outline.js';
import type { VerifierRecord } from './saga-record.js';

/** What finds out whether a step happened (law S6): ends only in a verdict, or before a person. */
export function verificationOf(outline: SagaOutline, { member, command, options }: VerifierRecord): StepDefinition {
  const prototype = outline.sagaClass.prototype as Record<string, (...args: readonly unknown[]) => unknown>;
  return {
    name: member,
    policy: { ...stepPolicy({ ...options, onUnknown: 'incident' }), deadline: Infinity },
    declared: new Map<string, DeclaredError>(),
    ...(command ? { command: command.address } : {}),
    // A mapping sees nothing but its arguments.
    verdict: (answer, input) =>
      command ? prototype[member]!.call(Object.create(prototype), answer, ...input) : answer,
  };
}
