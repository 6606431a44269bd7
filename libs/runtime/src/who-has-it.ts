import {
  awaitsPerson,
  isClosed,
  isOpenStep,
  type CallState,
  type InstanceSummary,
  type SagaDefinition,
  type StepCall,
  type TimeCall,
} from 'reprise/core';
import { holderOf } from './delivery-holder.js';
import type { DeliveryRecord } from './delivery-record.js';
import type { Holder, WhoHasIt } from './holder.js';
import type { KnownState } from './known-state.js';
import { MENDED_BY_DEPLOY } from './mended-by-deploy.js';

/** What the answer is made of. */
export interface Evidence {
  readonly summary: InstanceSummary;
  readonly known: KnownState;
  readonly records: readonly DeliveryRecord[];
  readonly definition: SagaDefinition | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Who has an instance now: what stops all of it, then each call that is open, then its cues that are not acknowledged. */
export function whoHasIt(evidence: Evidence): WhoHasIt {
  const { summary, records, now } = evidence;
  const cues = records.filter(({ kind, subscriber, state }) => kind === 'cue' && subscriber && state !== 'answered');
  const found = [...stops(evidence), ...open(evidence), ...cues.map((record) => holderOf(record, now))];
  const holders = found.length > 0 ? found : [due()];
  const words = holders.map((holder) => holder.words).join('; ');
  return { id: summary.id, run: summary.key.run, status: summary.status, words, holders };
}

function stops({ summary, known }: Evidence): Holder[] {
  const { status, closedAt, beginsAt } = summary;
  if (isClosed(status)) {
    const since = closedAt === undefined ? {} : { since: new Date(closedAt) };
    return [{ holder: 'nobody', words: `nobody: it has ended as ${status}`, ...since }];
  }
  const holders: Holder[] = [];
  if (known.state.paused)
    holders.push({ holder: 'operator', words: 'an operator: it is paused until somebody resumes it' });
  const { incident } = known.state;
  if (incident) {
    const { code, message, call } = incident;
    const who = MENDED_BY_DEPLOY.has(code) ? 'deploy' : 'person';
    holders.push({
      holder: who,
      words: `a ${who}: incident ${code}: ${message}`,
      ...(call === undefined ? {} : { call }),
    });
  } else if (status === 'incident') {
    holders.push({
      holder: 'person',
      words: `a person: incident ${summary.error?.code ?? ''}: ${summary.error?.message ?? ''}`,
    });
  }
  if (status === 'delayed' && beginsAt !== undefined) {
    const until = new Date(beginsAt);
    holders.push({ holder: 'timer', words: `nobody: it begins at ${until.toISOString()}`, until });
  }
  return holders;
}

function open(evidence: Evidence): Holder[] {
  const { known, summary } = evidence;
  if (isClosed(summary.status)) return [];
  const calls = [...known.state.calls.values()];
  const last = Math.max(...calls.map(({ call }) => call));
  return calls.flatMap((call) => {
    // Without the code nobody can say whether its condition holds meanwhile: what came after it says that it did.
    if (isCondition(call) && !known.steps && call.call < last) return [];
    return call.kind === 'step' ? openStep(call, evidence) : openWait(call, evidence);
  });
}

function openStep(step: StepCall, { known, records, now }: Evidence): Holder[] {
  const { call, step: name, child } = step;
  // What a person was asked is said by the incident.
  if (!isOpenStep(step) || (known.state.incident?.call === call && awaitsPerson(step))) return [];
  if (child !== undefined) return [{ holder: 'child', words: `child saga \`${child}\``, call, name }];
  const record = records.find((one) => one.kind === 'step' && one.call === call);
  if (record) return [holderOf(record, now)];
  if (step.deferral) {
    const until = step.deferral.dueAt === undefined ? {} : { until: new Date(step.deferral.dueAt) };
    const words = `whoever has the token of step \`${name}\`${until.until ? `, until ${until.until.toISOString()}` : ''}`;
    return [{ holder: 'token', words, call, name, since: new Date(step.deferral.since), ...until }];
  }
  const attempt = step.failures + 1;
  if (step.retryAt !== undefined && step.retryAt > now) {
    const until = new Date(step.retryAt);
    const words = `nobody: step \`${name}\` waits for its next attempt at ${until.toISOString()}; last heard: ${step.error?.code ?? step.error?.name ?? 'nothing'}`;
    return [{ holder: 'retry', words, call, name, attempt, until }];
  }
  const since = new Date(step.retryAt ?? step.scheduledAt);
  const words = `a worker: attempt ${attempt} of step \`${name}\` runs, or waits for its turn, since ${since.toISOString()}`;
  return [{ holder: 'worker', words, call, name, attempt, since }];
}

function openWait({ kind, call, dueAt, awaits, open: isOpen }: TimeCall, { definition }: Evidence): Holder[] {
  if (!isOpen || kind === 'emission') return [];
  const until = dueAt === undefined ? {} : { until: new Date(dueAt) };
  const limit = until.until ? `, until ${until.until.toISOString()}` : '';
  if (kind === 'timer') return [{ holder: 'timer', words: `nobody: a timer${limit}`, call, ...until }];
  if (awaits) {
    return [
      {
        holder: 'event',
        words: `whoever publishes event \`${awaits.event}\`${limit}`,
        call,
        name: awaits.event,
        ...until,
      },
    ];
  }
  const heard = definition ? [...definition.signals, ...definition.updates] : [];
  const which = heard.length > 0 ? `one of ${heard.map((name) => `\`${name}\``).join(', ')}` : 'a signal or an update';
  return [{ holder: 'signal', words: `whoever makes its condition true, by ${which}${limit}`, call, ...until }];
}

function isCondition(call: CallState): boolean {
  return call.kind === 'wait' && call.awaits === undefined;
}

function due(): Holder {
  return { holder: 'worker', words: 'a worker: its code has to go on' };
}
