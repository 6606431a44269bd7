import type { Command } from 'reprise/contracts';
import type { SagaClass } from './saga-class.js';
import { sagaOutline } from './saga-outline.js';

/** The commands that a saga's steps, compensations and verifications send, and those of `calls`, each once. */
export function sagaCommands(sagaClass: SagaClass): Command[] {
  const outline = sagaOutline(sagaClass);
  const { steps, compensations, verifiers } = outline;
  const commands = [...steps.values(), ...compensations.values(), ...verifiers.values()].map(({ command }) => command);
  return [...new Set([...commands.filter((command) => command !== undefined), ...(outline.record.calls ?? [])])];
}
