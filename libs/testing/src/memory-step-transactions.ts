import { StepTransactions, type CallKey, type Json, type StepRecord, type TransactionTerms } from 'reprise/core';

/**
 * The same promises as PostgreSQL's, kept in a map: for unit tests. There is no database, so nothing that a body writes elsewhere is
 * rolled back; its outcome is.
 */
export class MemoryStepTransactions extends StepTransactions {
  /** What `transactionManager()` answers in the bodies of transactional steps. */
  manager: unknown;
  /** As text, so that nothing is shared with whoever wrote or reads it. */
  private readonly records = new Map<string, string>();

  async find(call: CallKey): Promise<StepRecord | undefined> {
    const found = this.records.get(nameOf(call));
    return found === undefined ? undefined : (JSON.parse(found) as StepRecord);
  }

  async settle(call: CallKey, record: StepRecord): Promise<StepRecord> {
    const name = nameOf(call);
    if (!this.records.has(name)) this.records.set(name, JSON.stringify(record));
    return JSON.parse(this.records.get(name)!) as StepRecord;
  }

  async run(call: CallKey, _terms: TransactionTerms, body: (manager: unknown) => Promise<Json>): Promise<StepRecord> {
    return (await this.find(call)) ?? this.settle(call, { outcome: 'completed', result: await body(this.manager) });
  }
}

function nameOf({ key, call }: CallKey): string {
  return `${key.run}:${call}`;
}
