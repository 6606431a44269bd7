import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryStore, Message, StartRecord, TurnAppend } from 'reprise/core';
import { startOf } from './sample-turns.js';

/** One implementation of the port, empty, with what the suite needs beside it. */
export interface StoreUnderTest {
  /** Open, and empty. */
  readonly store: HistoryStore;
  /** The same data over other connections, for races; the same object where there are none. */
  readonly another: HistoryStore;
  /** Lets the store's clock pass where it is virtual. */
  readonly passTime?: (ms: number) => void;
  /** Makes everything that limits have noted so much older. */
  readonly passLimitTime: (ms: number) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

export const HOSTED = [{ saga: 'PlaceOrder', version: 1 }];
/** Milliseconds that no test takes. */
export const LONG = 600_000;

/** The store of the test that runs, with a worker at hand. */
export class StoreBench {
  under!: StoreUnderTest;
  worker!: string;

  get store(): HistoryStore {
    return this.under.store;
  }

  async setUp(create: () => Promise<StoreUnderTest>): Promise<void> {
    this.under = await create();
    this.worker = await this.newWorker();
  }

  async newWorker(leaseMs = LONG): Promise<string> {
    const id = randomUUID();
    expect(await this.store.heartbeat(id, leaseMs, HOSTED)).toBe(true);
    return id;
  }

  async started(options: Partial<StartRecord> = {}, more: Partial<TurnAppend> = {}): Promise<TurnAppend> {
    const turn = startOf(options, more);
    const worker = turn.start!.owned ? this.worker : undefined;
    expect(await this.store.append(worker, [turn])).toEqual(['appended']);
    return turn;
  }

  /** Claims until something comes; the store's clock may have to pass a boundary first. */
  async eventuallyClaims(by: string, from: HistoryStore = this.store): ReturnType<HistoryStore['claim']> {
    for (let tries = 0; tries < 500; tries++) {
      const claimed = await from.claim(by, 10, HOSTED);
      if (claimed.length > 0) return claimed;
      this.under.passTime?.(10);
      await pause(2);
    }
    throw new Error('nothing became due');
  }

  find(start: TurnAppend): ReturnType<HistoryStore['find']> {
    return this.store.find(start.key.shard, start.start!.id);
  }

  post(start: TurnAppend, message: Message): ReturnType<HistoryStore['post']> {
    return this.store.post(start.key.shard, start.start!.id, message);
  }
}
