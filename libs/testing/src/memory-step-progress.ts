import {
  StepProgress,
  type CallKey,
  type CallProgress,
  type Clock,
  type InstanceKey,
  type RecordedProgress,
} from 'reprise/core';

/** The same promises as PostgreSQL's, kept in a map: for unit tests. */
export class MemoryStepProgress extends StepProgress {
  /** By run and call; as text, so that nothing is shared with whoever wrote or reads it. */
  private readonly records = new Map<string, Map<number, string>>();

  /** @param owns true when the worker runs that instance */
  constructor(
    private readonly clock: Clock,
    private readonly owns: (worker: string, run: string) => boolean,
  ) {
    super();
  }

  async record(worker: string, progress: readonly CallProgress[]): Promise<boolean[]> {
    return progress.map((one) => {
      const { run } = one.key;
      if (!this.owns(worker, run)) return false;
      const ofRun = this.records.get(run) ?? new Map<number, string>();
      this.records.set(run, ofRun.set(one.call, JSON.stringify({ ...one, at: this.clock.now() })));
      return true;
    });
  }

  async read(runs: readonly InstanceKey[]): Promise<RecordedProgress[]> {
    return runs.flatMap(({ run }) =>
      [...(this.records.get(run) ?? [])]
        .sort(([one], [other]) => one - other)
        .map(([, record]) => JSON.parse(record) as RecordedProgress),
    );
  }

  async forget(calls: readonly CallKey[]): Promise<void> {
    for (const { key, call } of calls) this.records.get(key.run)?.delete(call);
  }

  /** The run is gone. */
  remove(run: string): void {
    this.records.delete(run);
  }
}
