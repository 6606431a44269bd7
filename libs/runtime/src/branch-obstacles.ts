import { SagaState, type HistoryEvent, type StepCall, type Turn } from 'reprise/core';
import { eventsOf, type HistoryCut } from './history-cut.js';
import { validCuts } from './valid-cuts.js';
import type { RedriveTerms } from './branch-terms.js';

/** What happened, and what to do about it. */
export type Obstacle = readonly [what: string, advice?: string];

/** Why an instance cannot be redriven from there; undefined when it can. */
export function redriveObstacle(
  turns: readonly Turn[],
  cut: HistoryCut,
  call: number | undefined,
  { input, happened }: RedriveTerms,
): Obstacle | undefined {
  const found = obstacle(turns, cut);
  if (found) return found;
  const { state } = cut;
  const step = call === undefined ? undefined : state.step(call);
  if (!input) return undefined;
  if (!Array.isArray(input)) return ['The input is the list of the arguments.'];
  if (!step) return ['No step failed whose input could be edited: the code itself threw.', 'Mend the code.'];
  if (step.child !== undefined) return [`${named(step)} is a child, whose input is its own.`];
  const absent = cut.absent.includes(step);
  if (absent || happened === false) return undefined;
  return [
    `Nobody knows whether ${named(step)} had an effect: the new input would be done beside it.`,
    'Look. If it had none and can have none, say { happened: false }; else redrive it without another input.',
  ];
}

/** Why an instance cannot be forked from there. @param undoes both would undo what they have in common */
export function forkObstacle(turns: readonly Turn[], cut: HistoryCut, undoes: boolean): Obstacle | undefined {
  if (undoes)
    return ['The instance is open, and may undo the same steps itself.', 'Leave out undoPrefix, or end it first.'];
  const found = obstacle(turns, cut);
  if (found) return found;
  const { at } = cut;
  const valid = validCuts(turns);
  if (!valid.includes(at)) {
    const near = [valid.findLast((one) => one < at), valid.find((one) => one > at)];
    const nearest = near.filter((one) => one !== undefined).join(' or ');
    return [`After event ${at} the code has not decided everything yet.`, nearest && `Fork from event ${nearest}.`];
  }
  const child = cut.state.openSteps().find((step) => step.child !== undefined && !heardOf(cut, step));
  if (!child) return undefined;
  const what = `${named(child)} is a child of the instance, which has no result there.`;
  return [what, atTheLatest(turns, beforeCall(turns, child.call))];
}

function obstacle(turns: readonly Turn[], cut: HistoryCut): Obstacle | undefined {
  const { state, at } = cut;
  const events = eventsOf(turns);
  const begun = beginning(turns);
  if (cut.events < begun)
    return [
      `The events up to ${begun} are those of another run, or part this one from it.`,
      'Cut after them, or fork the instance that they come from.',
    ];
  const end = events.findIndex(({ type }) => ENDS.has(type));
  if (state.phase !== 'running' || state.cancelRequested || ENDS.has(cut.again?.type ?? ''))
    return [`At event ${at} the instance is on its way to its end.`, atTheLatest(turns, end)];
  const undoing = state.openSteps().find(({ undoes }) => undoes !== undefined);
  if (undoing)
    return [
      `${named(undoing)} is a compensation that is under way there.`,
      atTheLatest(turns, beforeCall(turns, undoing.call)),
    ];
  const final = SagaState.of(turns);
  if (final.phase === 'compensating') return ['The instance is being undone.', 'Wait until it has ended.'];
  const undone = undoneSince(state, final);
  return undone && [`${named(undone)} was undone since.`, atTheLatest(turns, beforeCall(turns, undone.call))];
}

/** True if the step does not have to be tried again. */
function heardOf(cut: HistoryCut, { call, cancelled }: StepCall): boolean {
  const outcome = cut.outcomeOf(call);
  return outcome !== undefined && (cancelled || outcome.type === 'StepCompleted');
}

/** How many events an instance has from another run, with the one that parts it from that. */
function beginning(turns: readonly Turn[]): number {
  return eventsOf(turns).findLastIndex(({ type }) => type === 'SagaForked') + 1;
}

/** The nearest place where the history can be cut. */
function atTheLatest(turns: readonly Turn[], at: number): string {
  const nearest = validCuts(turns).findLast((valid) => valid <= at);
  const found = nearest !== undefined && nearest >= beginning(turns);
  return found ? `Fork from event ${nearest} at the latest.` : 'Start it anew.';
}

/** What takes an instance out of its run. */
const ENDS: ReadonlySet<string> = new Set<HistoryEvent['type']>([
  'CancelRequested',
  'CompensationStarted',
  'SagaCompleted',
  'SagaFailed',
  'SagaCancelled',
  'SagaTerminated',
  'SagaContinued',
]);

/** The first step that stands where the history is cut, and has been taken back, or begun to be, since. */
function undoneSince(then: SagaState, now: SagaState): StepCall | undefined {
  const undone = new Set<number>();
  for (const call of now.calls.values()) if (call.kind === 'step' && call.undoes !== undefined) undone.add(call.undoes);
  for (const call of then.calls.values())
    if (call.kind === 'step' && call.undoes !== undefined) undone.delete(call.undoes);
  return [...then.calls.values()].find((call): call is StepCall => undone.has(call.call));
}

/** How many events come before the call was made. */
function beforeCall(turns: readonly Turn[], call: number): number {
  return eventsOf(turns).findIndex((event) => event.type === 'StepScheduled' && event.call === call);
}

function named({ step, call }: StepCall): string {
  return `Step "${step}" (call ${call})`;
}
