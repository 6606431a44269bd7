import type { StepCall } from './call-state.js';
import type { DeclaredError } from './recorded-error.js';
import type { SagaDefinition } from './saga-definition.js';
import type { DynamicStep, StepDefinition } from './step-definition.js';

/** What is known of the steps of one instance: those of its class by name, those that the code made up by their call. */
export class StepDefinitions {
  private readonly dynamic = new Map<number, DynamicStep>();

  constructor(private readonly saga: SagaDefinition) {}

  /** Notes what the code made up as this call. */
  add(call: number, step: DynamicStep): void {
    this.dynamic.set(call, step);
  }

  /** Undefined when today's code does not know the step. */
  of({ call, step, undoes }: Pick<StepCall, 'call' | 'step' | 'undoes'>): StepDefinition | undefined {
    if (undoes !== undefined) {
      const dynamic = this.dynamic.get(undoes)?.undo?.definition;
      if (dynamic) return dynamic;
    }
    return this.dynamic.get(call)?.definition ?? this.saga.steps.get(step);
  }

  /** What the next attempt performs: the step, or the verification of it. Undefined when today's code does not know it. */
  attemptedOf(step: StepCall): StepDefinition | undefined {
    const definition = this.of(step);
    if (step.state !== 'verifying' || definition?.verification === undefined) return definition;
    return this.saga.steps.get(definition.verification);
  }

  /** What takes a step back; undefined when nothing does. */
  undoOf({ call, step }: Pick<StepCall, 'call' | 'step'>): StepDefinition | undefined {
    const dynamic = this.dynamic.get(call);
    if (dynamic) return dynamic.undo?.definition;
    const undo = this.saga.steps.get(step)?.undo;
    return undo === undefined ? undefined : this.saga.steps.get(undo);
  }

  /** The declared errors of all steps: what of them `run()` throws keeps its data. */
  declaredErrors(): DeclaredError[] {
    const known = [...this.saga.steps.values(), ...[...this.dynamic.values()].map(({ definition }) => definition)];
    return known.flatMap(({ declared }) => [...declared.values()]);
  }

  /** Present when the code made the step up: it knows what its undo needs. */
  dynamicOf(call: number): DynamicStep | undefined {
    return this.dynamic.get(call);
  }
}
