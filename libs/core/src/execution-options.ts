import type { AmbientScope } from './ambient-scope.js';
import type { Idle } from './idle.js';
import type { SagaDefinition, SagaLog } from './saga-definition.js';

/** Whose code an execution runs, and what it needs of the process. */
export interface ExecutionOptions {
  readonly definition: SagaDefinition;
  /** The id that the starter chose. */
  readonly id: string;
  /** The run's UUID: it seeds `uuid()` and `random()`. */
  readonly run: string;
  readonly idle: Idle;
  readonly ambient: AmbientScope;
  /** Characters of JSON that a payload may have. */
  readonly payloadLimit?: number;
  readonly log?: SagaLog;
  /** The values of the history were replaced (`redactHistory`): of decisions only kind, name and number are compared with it. */
  readonly redacted?: boolean;
  /** Told when the code breaks the rules between two turns, when nobody is looking; the next turn opens the incident. */
  readonly onViolation?: () => void;
}
