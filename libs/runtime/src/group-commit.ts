import {
  isUnavailable,
  recordError,
  type AppendOutcome,
  type Clock,
  type HistoryStore,
  type TurnAppend,
} from 'reprise/core';
import { Backoff } from './backoff.js';
import type { EngineLog } from './engine-log.js';
import type { Figures } from './figures/figures.js';

interface Pending {
  readonly turn: TurnAppend;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
  /** An earlier try ended without an answer, so that it may have gone through. */
  uncertain: boolean;
}

/** The most turns in one statement. */
const LARGEST = 1_000;

/**
 * Writes the turns of all instances that turned since the last round trip as one statement: a step costs a share of a commit.
 * A few lanes, each with at most one statement under way. While the store is out of reach, turns wait here with backoff (law W6).
 */
export class GroupCommit {
  private queue: Pending[] = [];
  private readonly preparing = new Set<Pending>();
  private busy = 0;
  private scheduled = false;
  private stopped = false;

  /** @param worker the owner that every turn is written for; undefined for starts that nobody owns yet */
  constructor(
    private readonly store: HistoryStore,
    private readonly worker: string | undefined,
    private readonly lanes: number,
    private readonly clock: Clock,
    private readonly log: EngineLog,
    private readonly figures?: Figures | undefined,
  ) {}

  /** Resolves when the turn is durable, or refused. Rejects when the store will not have this turn at all. */
  append(turn: TurnAppend): Promise<AppendOutcome> {
    if (this.stopped) return Promise.resolve('refused');
    return new Promise((resolve, reject) => {
      const pending = { turn, resolve, reject, uncertain: false };
      if (this.store.prepare) void this.prepare(pending);
      else this.enqueue(pending);
    });
  }

  /** Gives up what has not been written: the worker lost its lease, or the process ends. */
  stop(): void {
    this.stopped = true;
    for (const { resolve } of [...this.queue.splice(0), ...this.preparing]) resolve('refused');
  }

  private enqueue(pending: Pending): void {
    this.queue.push(pending);
    if (this.scheduled || this.busy === this.lanes) return;
    this.scheduled = true;
    process.nextTick(this.flush);
  }

  /** One turn that takes long to prepare, or cannot be prepared, holds up no other. */
  private async prepare(pending: Pending): Promise<void> {
    const backoff = new Backoff(20, 2_000);
    this.preparing.add(pending);
    while (!this.stopped) {
      try {
        await this.store.prepare!(pending.turn);
        if (!this.stopped) this.enqueue(pending);
        break;
      } catch (error) {
        if (!isUnavailable(error)) {
          pending.reject(error);
          break;
        }
        await this.waitOut(backoff.next(), 'A turn could not be prepared for the store; trying again.', 1, error);
      }
    }
    this.preparing.delete(pending);
  }

  private readonly flush = (): void => {
    this.scheduled = false;
    while (this.queue.length > 0 && this.busy < this.lanes) {
      const batch = this.queue.splice(0, LARGEST);
      this.busy++;
      void this.write(batch).finally(() => {
        this.busy--;
        this.flush();
      });
    }
  };

  private async write(batch: Pending[]): Promise<void> {
    const backoff = new Backoff(20, 2_000);
    while (!this.stopped) {
      try {
        const began = performance.now();
        const turns = batch.map(({ turn }) => turn);
        const outcomes = await this.store.append(this.worker, turns);
        this.figures?.batchSize.observe(turns.length);
        this.figures?.appendDuration.observe((performance.now() - began) / 1_000);
        return this.settle(batch, outcomes);
      } catch (error) {
        this.figures?.appendFailures.add();
        if (!isUnavailable(error)) return this.isolate(batch, error);
        for (const pending of batch) pending.uncertain = true;
        const sentence = 'The store did not take a batch of turns; trying again.';
        await this.waitOut(backoff.next(), sentence, batch.length, error);
      }
    }
    for (const { resolve } of batch) resolve('refused');
  }

  private async waitOut(wait: number, sentence: string, turns: number, error: unknown): Promise<void> {
    this.log.warn(sentence, { turns, wait, cause: recordError(error).message });
    await new Promise<void>((resolve) => this.clock.schedule(this.clock.now() + wait, resolve));
  }

  private settle(batch: readonly Pending[], outcomes: readonly AppendOutcome[]): void {
    batch.forEach(({ resolve, uncertain }, i) => {
      const outcome = outcomes[i]!;
      // The lease still holds and the place is taken: nobody but this worker can have taken it, at the try that gave no answer.
      if (outcome === 'repeated') resolve(uncertain ? 'appended' : 'refused');
      else resolve(outcome);
    });
  }

  /** One turn that the store will not have must not take its neighbours with it. */
  private async isolate(batch: Pending[], error: unknown): Promise<void> {
    if (batch.length === 1) return batch[0]!.reject(error);
    for (const pending of batch) await this.write([pending]);
  }
}
