import {
  Execution,
  isDecision,
  parts,
  sameJson,
  SagaError,
  type HistoryEvent,
  type IncomingEvent,
  type Turn,
} from 'reprise/core';
import { NodeAmbientScope, NodeIdle, replayHistory, type ReplaySubject } from 'reprise/runtime';

/** What an execution needs of the process. */
const node = { idle: new NodeIdle(), ambient: new NodeAmbientScope() };

/**
 * Cuts the history after every turn, replays what is before the cut, delivers the rest as if it came live, and demands the very
 * same decisions. Answers how many cuts were tried.
 */
export async function replayEveryPrefix(subject: ReplaySubject, turns: readonly Turn[]): Promise<number> {
  await replayHistory(subject, turns);
  // Before an incident that a deploy mended, the code was another one, and before two runs parted the run was: it cannot have decided
  // the same.
  for (
    let cut = 1 + turns.findLastIndex((turn) => turn.events.some(isOffence) || parts(turn));
    cut < turns.length;
    cut++
  ) {
    if (cut === 0) continue;
    const execution = new Execution({ ...subject, ...node });
    await execution.replay(turns.slice(0, cut));
    for (const turn of turns.slice(cut)) {
      const incoming = turn.events.filter((event): event is IncomingEvent => !isDecision(event));
      const made = await execution.turn(turn.at, incoming);
      // A step without errors has no stacks to leave out: most turns are the same as they are.
      if (sameJson(made, turn) || sameJson(withoutStacks(made), withoutStacks(turn))) continue;
      throw differs(subject, cut, turn, made);
    }
  }
  return turns.length;
}

/** An incident that the code itself caused. */
function isOffence(event: HistoryEvent): boolean {
  return event.type === 'IncidentOpened' && event.call === undefined;
}

/** Stacks name lines of code, not decisions. */
function withoutStacks(turn: Turn): unknown {
  return JSON.parse(JSON.stringify(turn, (key, value: unknown) => (key === 'stack' ? undefined : value)));
}

function differs({ definition, id }: ReplaySubject, cut: number, recorded: Turn, made: Turn): SagaError {
  return new SagaError(
    'NON_DETERMINISTIC',
    `Saga "${definition.name}", instance "${id}", decided differently when its history was cut after turn ${cut}.\n` +
      `- recorded: ${JSON.stringify(recorded.events)}\n+ code now: ${JSON.stringify(made.events)}\n`,
    'Something in run() does not come from history: time, chance, a field of the module, or the order of an unordered thing.',
  );
}
