import type { AmbientScope } from './ambient-scope.js';
import type { DecisionEvent } from './event.js';
import type { Patches } from './patches.js';
import type { SagaDefinition, SagaLog } from './saga-definition.js';
import type { SagaError } from './saga-error.js';
import type { SagaState } from './saga-state.js';
import type { StepDefinitions } from './step-definitions.js';

/** What the code of an instance needs of the history that it lives in. */
export interface CodeSurroundings {
  readonly definition: SagaDefinition;
  readonly steps: StepDefinitions;
  readonly patches: Patches;
  readonly id: string;
  readonly run: string;
  readonly ambient: AmbientScope;
  readonly payloadLimit: number | undefined;
  readonly state: SagaState;
  /** How many events there are. */
  readonly historyLength: number;
  /** The time of the turn, in milliseconds since the epoch. */
  readonly at: number;
  /** True after a violation: the code gets no further. */
  readonly parked: boolean;
  decide(decision: DecisionEvent): void;
  violate(error: SagaError): void;
  log(level: keyof SagaLog, message: string, details?: Readonly<Record<string, unknown>>): void;
}
