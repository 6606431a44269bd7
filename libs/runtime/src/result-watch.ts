import {
  isClosed,
  isUnavailable,
  SagaError,
  shardOf,
  type Clock,
  type HistoryStore,
  type InstanceSummary,
  type SagaDefinition,
} from 'reprise/core';
import { AnswerWatch } from './answer-watch.js';
import { outcomeOf, type Outcome } from './outcome.js';

/** Waits for the ends of instances. */
export class ResultWatch {
  private readonly watch: AnswerWatch<Outcome>;
  /** How to read what they end in. */
  private readonly definitions = new Map<string, SagaDefinition | undefined>();

  /** @param longest milliseconds between two questions; `Infinity`: the store's hints are enough */
  constructor(
    private readonly store: HistoryStore,
    clock: Clock,
    longest: number,
  ) {
    this.watch = new AnswerWatch({
      clock,
      longest,
      onHint: (listener) => store.onHint(listener),
      ask: (ids) => this.ask(ids),
    });
  }

  /**
   * Resolves with the outcome when the instance has ended, or with `RESULT_TIMED_OUT`.
   * @param local it runs in this process, so that nobody need be asked soon
   * @param timeout milliseconds; absent: for as long as it takes
   */
  outcome(id: string, definition: SagaDefinition | undefined, local: boolean, timeout?: number): Promise<Outcome> {
    this.definitions.set(id, definition);
    const outcome = this.watch.answer(id, local, timeout, () => ({ error: timedOut(id, timeout!) }));
    return outcome.finally(() => {
      if (!this.watch.waitsFor(id)) this.definitions.delete(id);
    });
  }

  /** An instance ended in this process. */
  ended(id: string, outcome: Outcome): void {
    this.watch.answered(id, outcome);
  }

  /** Rejects everyone who still waits. */
  close(): void {
    const error = new SagaError(
      'SHUTTING_DOWN',
      'The engine was closed before the instance ended.',
      'Ask again after the restart; the instance goes on.',
    );
    this.watch.close(() => ({ error }));
  }

  private async ask(ids: readonly string[]): Promise<Map<string, Outcome>> {
    const summaries = await this.store.findMany(ids.map((id) => ({ shard: shardOf(id), id })));
    const found = new Map(summaries.map((summary) => [summary.id, summary]));
    const outcomes = new Map<string, Outcome>();
    for (const id of ids) {
      // One whose end cannot be read does not keep the others waiting.
      const outcome = await this.outcomeOf(id, found.get(id)).catch(unreadable);
      if (outcome) outcomes.set(id, outcome);
    }
    return outcomes;
  }

  private async outcomeOf(id: string, summary: InstanceSummary | undefined): Promise<Outcome | undefined> {
    if (!summary) return { error: unknownInstance(id) };
    if (!isClosed(summary.status)) return undefined;
    const turns = await this.store.history(summary.key);
    return outcomeOf(
      id,
      turns.flatMap(({ events }) => events),
      this.definitions.get(id),
    );
  }
}

/** @throws what will pass */
function unreadable(error: unknown): Outcome {
  if (isUnavailable(error) || !(error instanceof Error)) throw error;
  return { error };
}

export function unknownInstance(id: string): SagaError {
  return new SagaError(
    'UNKNOWN_INSTANCE',
    `There is no instance "${id}".`,
    'Check the id; it may also have been removed by retention.',
  );
}

function timedOut(id: string, timeout: number): SagaError {
  return new SagaError(
    'RESULT_TIMED_OUT',
    `Instance "${id}" has not ended within ${timeout} ms.`,
    'It goes on; ask again later.',
  );
}
