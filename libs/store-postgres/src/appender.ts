import { ENDED_BEFORE, type AppendOutcome, type Message, type TurnAppend } from 'reprise/core';
import { changeColumns, isPlain, isPosting, isTagging, taggingColumns, turnColumns } from './append-batch.js';
import { binaryArray } from './binary-array.js';
import { correspondenceColumns } from './correspondence-columns.js';
import type { Parameter, Row, Statements } from './connection.js';
import { hintChannel } from './hint-listener.js';
import {
  appendAndChange,
  appendAndChangeAgain,
  appendAndPost,
  appendAndPostAgain,
  appendAndTag,
  appendAndTagAgain,
} from './statements/append-and-change.js';
import { appendTurns, appendTurnsAgain } from './statements/append-turns.js';
import { orphanMail } from './statements/orphan-mail.js';
import { standing } from './statements/standing.js';
import type { Statement } from './statements/statement.js';
import { isUniqueViolation } from './store-error.js';

/** The kinds of messages whose senders wait for an answer. */
const ANSWERED: readonly Message['kind'][] = ['update', 'operate'];

/** Writes turns: one statement for all of them, of four makes: for plain turns, for those that change more, those that tag, and those that post. */
export class Appender {
  constructor(private readonly connection: Statements) {}

  async append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    if (turns.length === 0) return [];
    const [row] = turns.every(isPlain)
      ? await this.write(appendTurns, appendTurnsAgain, [worker ?? null, ...turnColumns(turns)])
      : await this.writeChanges(worker, turns);
    const outcomes = row!['missing'] === 't' ? await this.judge(worker, turns, row!) : turns.map(appended);
    if (row!['mail']) {
      const ended = (JSON.parse(row!['mail']) as number[]).map((place) => turns[place - 1]!);
      // What is left in these mailboxes is safe where it is, so that a failure here needs no answer.
      await this.connection
        .run(orphanMail, [...keyColumns(ended), JSON.stringify(ENDED_BEFORE), binaryArray('text', ANSWERED)])
        .catch(() => []);
    }
    return outcomes;
  }

  private writeChanges(worker: string | undefined, turns: readonly TurnAppend[]): Promise<readonly Row[]> {
    const channel = hintChannel(this.connection.schemaName);
    const values = [worker ?? null, ...turnColumns(turns), ...changeColumns(turns), channel];
    if (turns.some(isPosting)) {
      return this.write(appendAndPost, appendAndPostAgain, [
        ...values,
        ...taggingColumns(turns),
        ...correspondenceColumns(turns),
      ]);
    }
    return turns.some(isTagging)
      ? this.write(appendAndTag, appendAndTagAgain, [...values, ...taggingColumns(turns)])
      : this.write(appendAndChange, appendAndChangeAgain, values);
  }

  private async judge(worker: string | undefined, turns: readonly TurnAppend[], row: Row): Promise<AppendOutcome[]> {
    const written = runsOf(row, 'written');
    const fenced = runsOf(row, 'fenced');
    const notStarted: number[] = [];
    const outcomes = turns.map(({ key, start }, index): AppendOutcome => {
      const run = key.run.toLowerCase();
      if (written.has(run)) return 'appended';
      if (start) notStarted.push(index);
      return fenced.has(run) ? 'repeated' : 'refused';
    });
    if (notStarted.length > 0) await this.judgeStarts(worker, turns, notStarted, outcomes);
    return outcomes;
  }

  /** Nearly always no turn is there yet; the statement that reckons with it is slower. */
  private async write(statement: Statement, again: Statement, values: readonly Parameter[]): Promise<readonly Row[]> {
    try {
      return await this.connection.run(statement, values);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return this.connection.run(again, values);
    }
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

function runsOf(row: Row, column: string): Set<string> {
  return new Set(JSON.parse(row[column] ?? '[]') as string[]);
}

function appended(): AppendOutcome {
  return 'appended';
}
