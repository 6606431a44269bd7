import {
  isUnavailable,
  recordError,
  type CallKey,
  type CallProgress,
  type Clock,
  type InstanceKey,
  type RecordedProgress,
  type StepProgress,
} from 'reprise/core';
import { Backoff } from './backoff.js';
import type { EngineLog } from './engine-log.js';

export interface ProgressDeskOptions {
  readonly progress: StepProgress;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** The worker's id. */
  readonly worker: () => string;
}

/** What is told of one call: how far it has come, or that it has ended. */
interface Told {
  readonly call: CallKey;
  readonly progress?: CallProgress;
  /** Called when the worker does not own the instance any more. */
  readonly refused?: () => void;
}

/** What goes to the store in one round. */
class Round {
  readonly told = new Map<string, Told>();
  readonly done: Promise<void>;
  end!: () => void;

  constructor() {
    this.done = new Promise((resolve) => (this.end = resolve));
  }
}

/**
 * Tells the store how far the attempts of a worker have come, and asks it: one round after the other, each for all that came up meanwhile,
 * so that many steps cost no more statements than one.
 */
export class ProgressDesk {
  private next: Round | undefined;
  private current: Round | undefined;
  private writing = false;
  /** False when nobody waits for what a round that failed had to say. */
  private open = true;
  private asked: { readonly runs: InstanceKey[]; readonly found: Promise<RecordedProgress[]> } | undefined;
  private lastAsked: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ProgressDeskOptions) {}

  get busy(): boolean {
    return this.writing;
  }

  /** Resolves when the store has it, or nobody will tell it any more. */
  record(progress: CallProgress, refused: () => void): Promise<void> {
    return this.tell({ call: progress, progress, refused });
  }

  /** The call has ended. */
  forget(call: CallKey): void {
    void this.tell({ call });
  }

  /** All that is on record of a run. */
  async read(key: InstanceKey): Promise<RecordedProgress[]> {
    const asked = (this.asked ??= this.ask());
    asked.runs.push(key);
    try {
      return (await asked.found).filter((progress) => progress.key.run === key.run);
    } catch (error) {
      // What cannot be read of one run keeps nobody from what is on record of another.
      if (isUnavailable(error) || asked.runs.length === 1) throw error;
      return this.options.progress.read([key]);
    }
  }

  /** Present while the store has not heard everything; resolves when it has. */
  get settled(): Promise<void> | undefined {
    return (this.next ?? this.current)?.done;
  }

  /** What fails from here on is not told again. */
  close(): void {
    this.open = false;
  }

  /** Nobody needs to hear what has not been told. */
  drop(): void {
    for (const round of [this.current, this.next]) round?.end();
    this.next = undefined;
    this.current = undefined;
  }

  private tell(told: Told): Promise<void> {
    const round = (this.next ??= new Round());
    round.told.set(`${told.call.key.run} ${told.call.call}`, told);
    if (!this.writing) void this.write();
    return round.done;
  }

  private async write(): Promise<void> {
    this.writing = true;
    // What comes in the same moment goes together.
    await Promise.resolve();
    while (this.next) {
      const round = (this.current = this.next);
      this.next = undefined;
      await this.persist(round);
      round.end();
      this.current = undefined;
    }
    this.writing = false;
  }

  private async persist(round: Round): Promise<void> {
    const { clock, log } = this.options;
    const backoff = new Backoff(100, 5_000);
    while (round === this.current) {
      try {
        return await this.send([...round.told.values()]);
      } catch (error) {
        if (!isUnavailable(error)) return this.sendOneByOne([...round.told.values()]);
        log.warn('The progress of steps did not reach the store.', { cause: recordError(error).message });
        if (!this.open) return;
      }
      await new Promise<void>((resolve) => clock.schedule(clock.now() + backoff.next(), resolve));
    }
  }

  private async send(told: readonly Told[]): Promise<void> {
    const { progress: store, worker } = this.options;
    const recording = told.filter(({ progress }) => progress);
    const ended = told.filter(({ progress }) => !progress);
    if (recording.length > 0) {
      const recorded = await store.record(
        worker(),
        recording.map(({ progress }) => progress!),
      );
      recording.forEach(({ refused }, index) => (recorded[index] ? undefined : refused?.()));
    }
    if (ended.length > 0) await store.forget(ended.map(({ call }) => ({ key: call.key, call: call.call })));
  }

  /** What the store or a codec will never take holds up nobody else. */
  private async sendOneByOne(told: readonly Told[]): Promise<void> {
    for (const one of told) {
      await this.send([one]).catch((error: unknown) => {
        const names = { run: one.call.key.run, call: one.call.call };
        this.options.log.error('The progress of a step could not be recorded; it is left out.', {
          ...names,
          cause: recordError(error).message,
        });
      });
    }
  }

  private ask(): NonNullable<ProgressDesk['asked']> {
    const runs: InstanceKey[] = [];
    const found = this.lastAsked.then(() => {
      this.asked = undefined;
      return this.options.progress.read(runs);
    });
    this.lastAsked = found.catch(() => undefined);
    return { runs, found };
  }
}
