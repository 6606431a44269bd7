import {
  isClosed,
  recordError,
  SagaError,
  shardOf,
  type AttemptOutcome,
  type DeferredOutcome,
  type HistoryStore,
  type InstanceSummary,
  type Json,
  type ParentLink,
  type RunOrigin,
  type StartableSaga,
} from 'reprise/core';
import type { Attempt } from './attempt.js';

/** Starts an instance; `began` is false when the id is taken. */
export type StartChild = (
  saga: StartableSaga,
  input: unknown,
  options: {
    readonly id: string;
    readonly parent: ParentLink;
    readonly flow?: string;
    readonly onClosed: 'return' | 'restart';
  },
) => Promise<{ readonly began: boolean }>;

type Outcome = AttemptOutcome | DeferredOutcome;

/** It has to be heard from by a message. */
const LATER: DeferredOutcome = { outcome: 'deferred' };

/** Performs what is no method of a class and no command of a service: starting a child, and having it undone (law C6). */
export class EngineSteps {
  constructor(
    private readonly store: HistoryStore,
    private readonly startChild: StartChild,
    private readonly posted: () => void,
  ) {}

  /** Rejects with what is worth another try. */
  async perform({ definition, call, instance, flow, run }: Attempt, args: readonly unknown[]): Promise<Outcome> {
    const link: ParentLink = { id: instance, run, call: call.call };
    const id = args[0] as string;
    const { engine } = definition;
    return engine!.performs === 'child'
      ? this.start(engine!.saga, id, args[1], { parent: link, ...(flow === instance ? {} : { flow }) }, call.origin)
      : this.undo(id, link, args[1] === 'terminate');
  }

  /** A child is known by the call that made it: one that is there already from an attempt before is not started again. */
  private async start(
    saga: StartableSaga,
    id: string,
    input: unknown,
    made: { readonly parent: ParentLink; readonly flow?: string },
    origin: RunOrigin | undefined,
  ): Promise<Outcome> {
    const { parent } = made;
    const start = (onClosed: 'return' | 'restart'): ReturnType<StartChild> =>
      this.startChild(saga, input, { id, ...made, onClosed });
    try {
      if ((await start('return')).began) return LATER;
      const found = await this.store.find(shardOf(id), id);
      if (found?.parent?.run === parent.run && found.parent.call === parent.call) return LATER;
      const before = found && origin && (await this.beganBefore(found, parent, origin));
      if (before) return before;
      if ((!found || isClosed(found.status)) && (await start('restart')).began) return LATER;
    } catch (error) {
      if (!(error instanceof SagaError) || !REFUSED.has(error.code)) throw error;
      return { outcome: 'absent', error: recordError(error) };
    }
    return { outcome: 'absent', error: recordError(taken(id)) };
  }

  /** What became of a child that another run began with this very call; undefined when it is to begin again. */
  private async beganBefore(
    { id, key, status, parent }: InstanceSummary,
    link: ParentLink,
    origin: RunOrigin,
  ): Promise<Outcome | undefined> {
    if (parent?.run !== origin.run || parent.call !== link.call) return undefined;
    if (status === 'completed') {
      const events = (await this.store.history(key)).flatMap((turn) => turn.events);
      const end = events.find((event) => event.type === 'SagaCompleted');
      return end && { outcome: 'completed', result: end.result };
    }
    // It tells its end to the id of its parent, whichever run that has by then.
    if (!isClosed(status) && origin.id === link.id) return LATER;
    if (status === 'terminated') return { outcome: 'fatal', error: recordError(left(id)) };
    return origin.id === link.id ? undefined : { outcome: 'absent', error: recordError(taken(id)) };
  }

  /** @param terminated it was terminated when its parent ended, if it was open then */
  private async undo(id: string, parent: ParentLink, terminated: boolean): Promise<Outcome> {
    const input = [parent as unknown as Json];
    const name = `its parent "${parent.id}" is undone`;
    const message = { id: `${parent.run}:${parent.call}:undo`, kind: 'undo', name, input } as const;
    const posted = await this.store.post(shardOf(id), id, message);
    this.posted();
    if (posted === 'accepted') return LATER;
    const found = await this.store.find(shardOf(id), id);
    // It was undone before, or by itself.
    if (found && (UNDONE.has(found.status) || (terminated && found.status === 'terminated')))
      return { outcome: 'completed', result: { $t: 'u' } };
    return { outcome: 'fatal', error: recordError(standing(id, found?.status)) };
  }
}

const UNDONE: ReadonlySet<string> = new Set(['compensated', 'failed', 'cancelled']);
/** What no other try would change. */
const REFUSED: ReadonlySet<string> = new Set(['INVALID_INPUT', 'INVALID_ID', 'NOT_SERIALISABLE', 'PAYLOAD_TOO_LARGE']);

function taken(id: string): SagaError {
  return new SagaError(
    'DUPLICATE_ID',
    `The id "${id}" of the child is taken by an open instance.`,
    "Leave the id out, or make it from something that is the parent's own.",
  );
}

function left(id: string): SagaError {
  return new SagaError(
    'SAGA_TERMINATED',
    `Child "${id}" was terminated, and what it did stands: it is not begun again.`,
  );
}

function standing(id: string, status: string | undefined): SagaError {
  return new SagaError(
    'UNDO_IMPOSSIBLE',
    `Child "${id}" cannot be undone: it is ${status ?? 'not there any more'}.`,
    'See what it left standing, take that back by hand, and resume the parent.',
  );
}
