import type { AppendOutcome, TurnAppend } from 'reprise/core';
import { changeColumns, isPlain, turnColumns } from './append-batch.js';
import { binaryArray } from './binary-array.js';
import type { Connection } from './connection.js';
import { hintChannel } from './hint-listener.js';
import { appendAndChange } from './statements/append-and-change.js';
import { appendTurns } from './statements/append-turns.js';
import { orphanMail } from './statements/orphan-mail.js';
import { standing } from './statements/standing.js';

/** Writes turns: one statement for all of them, of two makes, for plain turns and for those that change more. */
export class Appender {
  constructor(private readonly connection: Connection) {}

  async append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    if (turns.length === 0) return [];
    const outcomes = turns.map((): AppendOutcome => 'appended');
    if (turns.every(isPlain)) await this.appendPlain(worker, turns, outcomes);
    else await this.appendAll(worker, turns, outcomes);
    return outcomes;
  }

  private async appendPlain(
    worker: string | undefined,
    turns: readonly TurnAppend[],
    outcomes: AppendOutcome[],
  ): Promise<void> {
    const rows = await this.connection.run(appendTurns, [worker ?? null, ...turnColumns(turns)]);
    for (const row of rows) outcomes[Number(row['place']) - 1] = row['repeated'] === 't' ? 'repeated' : 'refused';
  }

  private async appendAll(
    worker: string | undefined,
    turns: readonly TurnAppend[],
    outcomes: AppendOutcome[],
  ): Promise<void> {
    const rows = await this.connection.run(appendAndChange, [
      worker ?? null,
      ...turnColumns(turns),
      ...changeColumns(turns),
      hintChannel(this.connection.schemaName),
    ]);
    const notStarted: number[] = [];
    const withMail: TurnAppend[] = [];
    for (const row of rows) {
      const index = Number(row['place']) - 1;
      if (row['what'] === 'not-started') notStarted.push(index);
      else if (row['what'] === 'mail') withMail.push(turns[index]!);
      else if (index >= 0) outcomes[index] = row['what'] === 'repeated' ? 'repeated' : 'refused';
    }
    if (notStarted.length > 0) await this.judgeStarts(worker, turns, notStarted, outcomes);
    // What is left in these mailboxes is safe where it is, so that a failure here needs no answer.
    if (withMail.length > 0) await this.connection.run(orphanMail, keyColumns(withMail)).catch(() => []);
  }

  private async judgeStarts(
    worker: string | undefined,
    turns: readonly TurnAppend[],
    notStarted: readonly number[],
    outcomes: AppendOutcome[],
  ): Promise<void> {
    const starts = notStarted.map((index) => turns[index]!);
    const rows = await this.connection.run(standing, [...keyColumns(starts), worker ?? null]);
    for (const row of rows) {
      const index = notStarted[Number(row['place']) - 1]!;
      const owned = turns[index]!.start!.owned;
      if (row['there'] === 't') outcomes[index] = owned && row['mine'] === 'f' ? 'refused' : 'repeated';
      else outcomes[index] = owned && row['alive'] === 'f' ? 'refused' : 'duplicate';
    }
  }
}

/** Arrays of the keys of instances. */
export function keyColumns(instances: readonly Pick<TurnAppend, 'key'>[]): Buffer[] {
  return [
    binaryArray(
      'smallint',
      instances.map(({ key }) => key.shard),
    ),
    binaryArray(
      'uuid',
      instances.map(({ key }) => key.run),
    ),
  ];
}
