import type { StoreTrouble } from 'reprise/core';
import { SagaEngine, SystemClock } from 'reprise/runtime';
import { MemoryStore } from 'reprise/testing';

/** A store that notices something while it opens. */
class TroubledStore extends MemoryStore {
  listener: ((trouble: StoreTrouble) => void) | undefined;

  override async open(): Promise<void> {
    await super.open();
    this.listener?.({ what: 'Hints do not arrive.', advice: 'Look at the pooler.' });
  }

  override onTrouble(listener: (trouble: StoreTrouble) => void): () => void {
    this.listener = listener;
    return () => void (this.listener = undefined);
  }
}

describe('what a store notices', () => {
  it('W7 is a warning in the log of the engine, for as long as it is open', async () => {
    const warnings: string[] = [];
    const store = new TroubledStore(new SystemClock());
    const log = { info: () => undefined, error: () => undefined, warn: (text: string) => void warnings.push(text) };
    const engine = new SagaEngine({ store, log });
    await engine.open();
    expect(warnings).toEqual(['Hints do not arrive. Look at the pooler.']);
    await engine.close(0);
    expect(store.listener).toBeUndefined();
  });
});
