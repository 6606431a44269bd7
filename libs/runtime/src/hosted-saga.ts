import type { SagaDefinition, StepInvocation } from 'reprise/core';

/** A saga class that this process can run: its definition, and who performs its local bodies. */
export interface HostedSaga {
  readonly definition: SagaDefinition;
  /** Runs a local step, or a local compensation, on the ordinary provider; answers what its body does, a promise or not. */
  perform(step: string, args: readonly unknown[], invocation: StepInvocation): unknown;
}

/** Hosted sagas by name and version. */
export class HostedSagas {
  private readonly sagas = new Map<string, HostedSaga>();

  add(saga: HostedSaga): void {
    this.sagas.set(nameOf(saga.definition.name, saga.definition.version), saga);
  }

  get(name: string, version: number): HostedSaga | undefined {
    return this.sagas.get(nameOf(name, version));
  }

  get size(): number {
    return this.sagas.size;
  }

  versions(): { saga: string; version: number }[] {
    return [...this.sagas.values()].map(({ definition }) => ({ saga: definition.name, version: definition.version }));
  }

  /** The newest version of a saga. */
  newest(name: string): SagaDefinition | undefined {
    return this.newestDefinitions().find((definition) => definition.name === name);
  }

  /** The newest version of each saga. */
  newestDefinitions(): SagaDefinition[] {
    const newest = new Map<string, SagaDefinition>();
    for (const definition of this.definitions()) {
      if (definition.version > (newest.get(definition.name)?.version ?? 0)) newest.set(definition.name, definition);
    }
    return [...newest.values()];
  }

  definitions(): SagaDefinition[] {
    return [...this.sagas.values()].map(({ definition }) => definition);
  }
}

function nameOf(name: string, version: number): string {
  return `${version}@${name}`;
}
