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
import { Backoff } from './backoff.js';
import { outcomeOf, type Outcome } from './outcome.js';

interface Watched {
  readonly settle: Set<(outcome: Outcome) => void>;
  readonly definition: SagaDefinition | undefined;
}

/** Waits for the ends of instances: told at once of those that end in this process, asking the store for all the others together. */
export class ResultWatch {
  private readonly watched = new Map<string, Watched>();
  private cancelAsk: (() => void) | undefined;
  private asking = false;
  private readonly wait: Backoff;
  private readonly stopHints: () => void;

  /** @param longest milliseconds between two questions; `Infinity`: the store's hints are enough */
  constructor(
    private readonly store: HistoryStore,
    private readonly clock: Clock,
    longest: number,
  ) {
    this.wait = new Backoff(Math.min(100, longest), longest);
    this.stopHints = store.onHint(() => this.askSoon(0));
  }

  /**
   * Resolves with the outcome when the instance has ended, or with `RESULT_TIMED_OUT`.
   * @param local it runs in this process, so that nobody need be asked soon
   * @param timeout milliseconds; absent: for as long as it takes
   */
  outcome(id: string, definition: SagaDefinition | undefined, local: boolean, timeout?: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const { settle } = this.watched.get(id) ?? { settle: new Set<(outcome: Outcome) => void>() };
      if (settle.size === 0) this.watched.set(id, { settle, definition });
      let cancel = (): void => undefined;
      const settled = (outcome: Outcome): void => {
        cancel();
        resolve(outcome);
      };
      settle.add(settled);
      if (timeout !== undefined) {
        cancel = this.clock.schedule(this.clock.now() + timeout, () => {
          settle.delete(settled);
          if (settle.size === 0 && this.watched.get(id)?.settle === settle) this.watched.delete(id);
          resolve({ error: timedOut(id, timeout) });
        });
      }
      if (!local) this.wait.reset();
      this.askSoon(local ? 1_000 : 0);
    });
  }

  /** An instance ended in this process. */
  ended(id: string, outcome: Outcome): void {
    const watched = this.watched.get(id);
    this.watched.delete(id);
    for (const settle of watched?.settle ?? []) settle(outcome);
  }

  /** Rejects everyone who still waits. */
  close(): void {
    this.stopHints();
    this.cancelAsk?.();
    const error = new SagaError(
      'SHUTTING_DOWN',
      'The engine was closed before the instance ended.',
      'Ask again after the restart; the instance goes on.',
    );
    for (const id of [...this.watched.keys()]) this.ended(id, { error });
  }

  private askSoon(after: number): void {
    if (this.watched.size === 0 || this.asking) return;
    if (after > 0 && this.cancelAsk) return;
    this.cancelAsk?.();
    if (after === Infinity) return;
    this.cancelAsk = this.clock.schedule(this.clock.now() + after, () => {
      this.cancelAsk = undefined;
      void this.ask();
    });
  }

  private async ask(): Promise<void> {
    this.asking = true;
    const asked = [...this.watched.keys()];
    try {
      const found = new Map(
        (await this.store.findMany(asked.map((id) => ({ shard: shardOf(id), id })))).map((summary) => [
          summary.id,
          summary,
        ]),
      );
      // One whose end cannot be read does not keep the others waiting.
      for (const id of asked)
        await this.answer(id, found.get(id)).catch((error: unknown) => this.unreadable(id, error));
    } catch {
      // The store is out of reach: whoever waits goes on waiting, up to the timeout that they gave.
    } finally {
      this.asking = false;
      this.askSoon(this.wait.next());
    }
  }

  /** @throws what will pass */
  private unreadable(id: string, error: unknown): void {
    if (isUnavailable(error) || !(error instanceof Error)) throw error;
    this.ended(id, { error });
  }

  private async answer(id: string, summary: InstanceSummary | undefined): Promise<void> {
    if (!summary) {
      this.ended(id, { error: unknownInstance(id) });
      return;
    }
    if (!isClosed(summary.status)) return;
    const turns = await this.store.history(summary.key);
    const outcome = outcomeOf(id, turns.at(-1)?.events ?? [], this.watched.get(id)?.definition);
    this.ended(id, outcome ?? { error: new SagaError('SAGA_TERMINATED', `Instance "${id}" was terminated.`) });
  }
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
