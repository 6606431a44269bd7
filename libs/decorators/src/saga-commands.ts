import type { Command } from 'reprise/contracts';
import type { SagaClass } from './saga-class.js';
import { sagaOutline } from './saga-outline.js';

/** The commands that a saga's steps and compensations send, each once. */
export function sagaCommands(sagaClass: SagaClass): Command[] {
  const outline = sagaOutline(sagaClass);
  const commands = [...outline.steps.values(), ...outline.compensations.values()].map(({ command }) => command);
  return [...new Set([...commands.filter((command) => command !== undefined), ...(outline.record.calls ?? [])])];
}
