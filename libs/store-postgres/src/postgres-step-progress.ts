import { StepProgress, type CallKey, type CallProgress, type InstanceKey, type RecordedProgress } from 'reprise/core';
import { keyColumns } from './appender.js';
import { binaryArray } from './binary-array.js';
import type { Statements } from './connection.js';
import { forgetProgress } from './statements/forget-progress.js';
import { readProgress } from './statements/read-progress.js';
import { recordProgress } from './statements/record-progress.js';
import { jsonOf } from './summary.js';

/** How far running attempts have come: a row of `step_progress` for each call. */
export class PostgresStepProgress extends StepProgress {
  constructor(private readonly statements: Statements) {
    super();
  }

  override async record(worker: string, progress: readonly CallProgress[]): Promise<boolean[]> {
    if (progress.length === 0) return [];
    const rows = await this.statements.run(recordProgress, [
      worker,
      ...callColumns(progress),
      binaryArray(
        'integer',
        progress.map(({ attempt }) => attempt),
      ),
      binaryArray(
        'json',
        progress.map(({ details }) => JSON.stringify(details)),
      ),
    ]);
    const recorded = new Set(rows.map((row) => Number(row['place'])));
    return progress.map((_one, index) => recorded.has(index + 1));
  }

  override async read(runs: readonly InstanceKey[]): Promise<RecordedProgress[]> {
    if (runs.length === 0) return [];
    const rows = await this.statements.run(readProgress, keyColumns(runs.map((key) => ({ key }))));
    return rows.map((row) => ({
      key: runs[Number(row['place']) - 1]!,
      call: Number(row['call']),
      attempt: Number(row['attempt']),
      details: jsonOf(row, 'details'),
      at: Number(row['at']),
    }));
  }

  override async forget(calls: readonly CallKey[]): Promise<void> {
    if (calls.length > 0) await this.statements.run(forgetProgress, callColumns(calls));
  }
}

function callColumns(calls: readonly CallKey[]): Buffer[] {
  return [
    ...keyColumns(calls),
    binaryArray(
      'integer',
      calls.map(({ call }) => call),
    ),
  ];
}
