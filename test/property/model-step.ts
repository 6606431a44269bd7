import { ATTEMPTS, KINDS, UNDO_PACE, type Part, type StepPart } from './program.js';
import type { ModelSaga } from './model-saga.js';
import type { SimulatedTime } from './simulated-time.js';
import { Word } from './word.js';

/** What the model's sagas have in common. */
export interface ModelWorld {
  readonly time: SimulatedTime;
  /** Effects, by the names of the steps that they are of. */
  readonly standing: Set<string>;
  readonly newSaga: (at: string, part: Part) => ModelSaga;
  /**
   * The model does not know how it goes on: a person is asked, or an attempt that is due at this very moment may have been made or not when
   * its saga goes on without it.
   */
  isUncertain: boolean;
}

/** A step of a saga, or a child, from the moment it is asked for. */
export abstract class ModelStep {
  state: 'open' | 'done' | 'unknown' | 'declared' | 'undone' = 'open';
  /** Comes when it is open no more. */
  readonly outcome = new Word();
  undoing: Promise<void> | undefined;
  abstract readonly isUndoable: boolean;

  /** @param answer tells the code, if it still waits */
  constructor(
    readonly at: string,
    protected readonly world: ModelWorld,
    private readonly answer: (state: 'done' | 'unknown' | 'declared', said: string) => void,
  ) {}

  abstract begin(owner: ModelSaga): Promise<void>;
  /** Nobody waits for it any more. */
  abstract leave(): void;
  /** Takes it back. @returns false when that came to nothing, since its saga has closed */
  abstract takeBack(owner: ModelSaga): Promise<boolean>;

  protected settle(state: 'done' | 'unknown' | 'declared', said: string): void {
    this.state = state;
    this.answer(state, said);
    this.outcome.give();
  }
}

/** A step that a service performs. */
export class ServiceStep extends ModelStep {
  readonly isUndoable: boolean;
  readonly isPivot: boolean;
  private isLeft = false;
  private dueAt = this.world.time.now;
  private readonly left = new Word();

  constructor(
    private readonly part: StepPart,
    ...rest: ConstructorParameters<typeof ModelStep>
  ) {
    super(...rest);
    this.isUndoable = KINDS[part.kind].undoable;
    this.isPivot = part.kind === 'pivot';
  }

  async begin(owner: ModelSaga): Promise<void> {
    const { time, standing } = this.world;
    const { troubles, declines, kind } = this.part;
    for (let attempt = 1; ; attempt++) {
      await time.soon();
      // A point of no return that may have been passed: nobody takes its saga back.
      if (this.isLeft && this.isPivot) return;
      if (this.isLeft) return this.settle('unknown', '');
      const trouble = troubles[attempt - 1];
      if (!declines && trouble !== 'lost request') standing.add(this.at);
      if (trouble === undefined) return this.settle(declines ? 'declared' : 'done', this.at);
      if (attempt === ATTEMPTS) break;
      this.dueAt = time.now + KINDS[kind].pace;
      await Promise.race([time.at(this.dueAt), this.left.given]);
    }
    // After a point of no return a person is asked, and this step has no outcome until they answer.
    if (this.isPivot || owner.isPastPivot) this.world.isUncertain = true;
    else this.settle('unknown', '');
  }

  leave(): void {
    this.isLeft = true;
    if (this.dueAt === this.world.time.now) this.world.isUncertain = true;
    this.left.give();
  }

  async takeBack(owner: ModelSaga): Promise<boolean> {
    const { time, standing } = this.world;
    await time.soon();
    for (let failed = 0; failed < this.part.undoFailures; failed++) await time.at(time.now + UNDO_PACE);
    if (owner.isClosed) return false;
    standing.delete(this.at);
    return true;
  }
}
