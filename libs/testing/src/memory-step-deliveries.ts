import { StepDeliveries, type InstanceKey, type SentAttempt } from 'reprise/core';

/** The same promises as PostgreSQL's, kept in a map: for unit tests. */
export class MemoryStepDeliveries extends StepDeliveries {
  private readonly records = new Map<string, Map<number, SentAttempt>>();

  /** @param owns true when the worker runs that instance */
  constructor(private readonly owns: (worker: string, run: string) => boolean) {
    super();
  }

  async note(worker: string, sent: readonly SentAttempt[]): Promise<void> {
    for (const one of sent) {
      const { run } = one.key;
      if (!this.owns(worker, run)) continue;
      const ofRun = this.records.get(run) ?? new Map<number, SentAttempt>();
      this.records.set(run, ofRun.set(one.call, structuredClone(one)));
    }
  }

  async read({ run }: InstanceKey): Promise<SentAttempt[]> {
    const found = [...(this.records.get(run)?.values() ?? [])];
    return structuredClone(found.sort((one, other) => one.call - other.call));
  }

  /** The run is gone. */
  remove(run: string): void {
    this.records.delete(run);
  }
}
