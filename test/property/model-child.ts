import type { ModelSaga } from './model-saga.js';
import { ModelStep } from './model-step.js';
import type { Part } from './program.js';

/** A saga that another one began. */
export class ModelChild extends ModelStep {
  readonly isUndoable = true;
  private saga: ModelSaga | undefined;
  private isLeft = false;

  constructor(
    private readonly part: Part,
    ...rest: ConstructorParameters<typeof ModelStep>
  ) {
    super(...rest);
  }

  async begin(owner: ModelSaga): Promise<void> {
    const { world } = this;
    await world.time.soon();
    if (owner.isClosed) return;
    this.saga = world.newSaga(this.at, this.part);
    void this.saga.ended.given.then(async () => {
      await world.time.soon();
      const { status, said } = this.saga!;
      this.settle(status === 'completed' ? 'done' : 'declared', said);
    });
    await this.saga.begin();
    // Its parent ended, or was cancelled, before it had begun.
    if (this.isLeft) this.leave();
  }

  leave(): void {
    this.isLeft = true;
    if (this.saga) void this.world.time.soon().then(() => this.saga!.cancel());
  }

  async takeBack(): Promise<boolean> {
    await this.world.time.soon();
    await this.saga!.undo();
    return true;
  }
}
