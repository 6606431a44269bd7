import type { AppendOutcome, HistoryStore, TurnAppend } from 'reprise/core';
import { MemoryStore } from 'reprise/testing';

type Method =
  'append' | 'heartbeat' | 'claim' | 'unread' | 'release' | 'find' | 'findMany' | 'history' | 'post' | 'fork';

/** A memory store whose calls are counted and can be held up, made to fail, or made to fail after they went through. */
export class LabStore extends MemoryStore {
  calls = 0;
  /** Waited for before a call goes through; throws to make it fail. */
  before: (method: Method) => void | Promise<void> = () => undefined;
  /** Waited for when the call has gone through; throws to lose the answer. */
  after: (method: Method) => void | Promise<void> = () => undefined;
  /** The types of the events of every turn, as it becomes durable. */
  readonly journal: string[] = [];

  freeAllNow(): void {
    void super.freeAll();
  }

  override append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    return this.guarded('append', async () => {
      const outcomes = await super.append(worker, turns);
      turns.forEach(({ turn }, i) => {
        if (outcomes[i] === 'appended') this.journal.push(...turn.events.map(({ type }) => type));
      });
      return outcomes;
    });
  }
  override heartbeat(...args: Parameters<HistoryStore['heartbeat']>): ReturnType<HistoryStore['heartbeat']> {
    return this.guarded('heartbeat', () => super.heartbeat(...args));
  }
  override claim(...args: Parameters<HistoryStore['claim']>): ReturnType<HistoryStore['claim']> {
    return this.guarded('claim', () => super.claim(...args));
  }
  override unread(...args: Parameters<MemoryStore['unread']>): ReturnType<MemoryStore['unread']> {
    return this.guarded('unread', () => super.unread(...args));
  }
  override release(...args: Parameters<HistoryStore['release']>): ReturnType<HistoryStore['release']> {
    return this.guarded('release', () => super.release(...args));
  }
  override find(...args: Parameters<HistoryStore['find']>): ReturnType<HistoryStore['find']> {
    return this.guarded('find', () => super.find(...args));
  }
  override findMany(...args: Parameters<HistoryStore['findMany']>): ReturnType<HistoryStore['findMany']> {
    return this.guarded('findMany', () => super.findMany(...args));
  }
  override history(...args: Parameters<HistoryStore['history']>): ReturnType<HistoryStore['history']> {
    return this.guarded('history', () => super.history(...args));
  }
  override fork(...args: Parameters<HistoryStore['fork']>): ReturnType<HistoryStore['fork']> {
    return this.guarded('fork', () => super.fork(...args));
  }
  override post(...args: Parameters<HistoryStore['post']>): ReturnType<HistoryStore['post']> {
    return this.guarded('post', () => super.post(...args));
  }

  private async guarded<T>(method: Method, call: () => Promise<T>): Promise<T> {
    this.calls++;
    await this.before(method);
    const answer = await call();
    await this.after(method);
    return answer;
  }
}
