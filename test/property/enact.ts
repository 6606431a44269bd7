import { SagaError, type HistoryEvent, type SagaStarted, type StepScheduled, type Turn } from 'reprise/core';
import { sagaDefinition } from 'reprise/decorators';
import { crashAt, replayEveryPrefix, testSaga } from 'reprise/testing';
import { inAWord, type End, type InstanceEnd } from './end.js';
import type { Trial } from './program.js';
import { RandomSaga, World } from './random-saga.js';

/** What came of a trial in the engine. */
export interface Enacted {
  readonly end: End;
  /** The histories, by the name of the part that each instance runs. */
  readonly histories: ReadonlyMap<string, readonly HistoryEvent[]>;
}

/** Lets the engine run a program in memory, in virtual time, and replays every history from every prefix. */
export async function enact({ program, happenings, deaths }: Trial): Promise<Enacted> {
  const world = new World();
  const test = testSaga(RandomSaga).provider(() => new RandomSaga(world));
  let moment = 0;
  const process = await test.open(crashAt(...deaths.map((after) => (moment += after))));
  try {
    const run = await process.start(RandomSaga, { at: 's', part: program });
    let now = 0;
    for (const { at, what } of [...happenings].sort((a, b) => a.at - b.at)) {
      await process.advance(at - now);
      now = at;
      const happened = what === 'cancel' ? run.cancel() : run.signal('tell', what);
      await happened.catch(unlessClosed);
    }
    await process.advance('1 hour');
    const histories = new Map<string, readonly HistoryEvent[]>();
    const instances: Record<string, InstanceEnd> = {};
    for (const { summary, turns } of await process.histories()) {
      const subject = { definition: sagaDefinition(RandomSaga), id: summary.id, run: summary.key.run };
      // Code that has offended offends again.
      if (summary.status !== 'incident') await replayEveryPrefix(subject, turns);
      const events = turns.flatMap((turn: Turn) => turn.events);
      const name = nameOf(events);
      histories.set(name, events);
      instances[name] = { status: summary.status, said: saidBy(events), undone: undoneIn(events) };
    }
    return { end: { instances, standing: [...world.standing] }, histories };
  } finally {
    await process.engine.crash();
  }
}

/** The names of what was taken back, in this order. */
function undoneIn(events: readonly HistoryEvent[]): string[] {
  const steps = stepsOf(events);
  return events.flatMap((event) => {
    const target = event.type === 'StepCompleted' ? steps.get(event.call)?.undoes : undefined;
    return target === undefined ? [] : [stepName(steps.get(target)!)];
  });
}

export function stepsOf(events: readonly HistoryEvent[]): Map<number, StepScheduled> {
  return new Map(events.flatMap((event) => (event.type === 'StepScheduled' ? [[event.call, event] as const] : [])));
}

/** A step has its name as its first argument; a child has it in its input. */
function stepName({ input, child }: StepScheduled): string {
  return (child === undefined ? input[0] : (input[1] as { readonly at: string }).at) as string;
}

function nameOf([first]: readonly HistoryEvent[]): string {
  return ((first as SagaStarted).input as { readonly at: string }).at;
}

function saidBy(events: readonly HistoryEvent[]): string {
  const last = events.findLast((event) => event.type.startsWith('Saga'));
  if (last?.type === 'SagaCompleted') return last.result as string;
  if (!last || !('error' in last)) return '';
  return last.error.name === 'UndoRequested' ? 'taken back' : inAWord(last.error);
}

function unlessClosed(error: unknown): void {
  if (!(error instanceof SagaError) || error.code !== 'INSTANCE_CLOSED') throw error;
}
