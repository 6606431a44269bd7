import {
  changeTags,
  encodePayload,
  isClosed,
  SagaError,
  shardOf,
  type Clock,
  type HistoryStore,
  type InstanceSummary,
  type Json,
  type StepCall,
  type Tags,
  type Turn,
} from 'reprise/core';
import type { ForkTerms, RedriveTerms } from './branch-terms.js';
import { forkObstacle, redriveObstacle } from './branch-obstacles.js';
import { eventsOf, HistoryCut } from './history-cut.js';
import { checkedId } from './instance-starter.js';
import { refusedOperation } from './operator.js';
import { keysOf } from './record-keys.js';
import { partingTurn, type PartingTerms } from './parting.js';
import { unknownInstance } from './result-watch.js';
import { pointOfFailure } from './point-of-failure.js';
import { uuidV7 } from './uuid-v7.js';

export interface BranchesOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly payloadLimit: number | undefined;
  readonly newRun: (id: string) => string;
  /** Called when a run has begun. */
  readonly begun: () => void;
}

type Who = Pick<PartingTerms, 'by' | 'reason'>;

/** Runs that go on where a history was cut: from the point of failure under the same id, or from any event under another. */
export class Branches {
  constructor(private readonly options: BranchesOptions) {}

  /** @throws SagaError `OPERATION_REFUSED`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE` */
  async redrive(instance: InstanceSummary, { by, reason }: Who, terms: RedriveTerms): Promise<void> {
    const { id, key } = instance;
    const refuse = (why: string, advice?: string): SagaError => refusedOperation(id, 'redrive', why, advice);
    if (instance.status !== 'failed') throw refuse(`The instance is ${instance.status}.`, insteadOf(instance));
    if (instance.parent)
      throw refuse(`It is a child of "${instance.parent.id}", which was told that it failed.`, 'Redrive the parent.');
    const turns = await this.historyOf(instance);
    const found = pointOfFailure(eventsOf(turns), terms.call);
    if (!found) throw refuse(`Call ${terms.call} has not failed.`, 'Its history tells which have.');
    const cut = new HistoryCut(turns, found.events);
    const obstacle = redriveObstacle(turns, cut, found.call, terms) ?? (await this.openChild(cut));
    if (obstacle) throw refuse(...obstacle);
    const { call } = found;
    const input = terms.input?.map((one, i) => this.encode(one, i));
    if (input && (await this.hasCommitted(instance, cut.state.step(call!)!)))
      throw refuse(
        'The transaction of the step has committed.',
        'Redrive it without another input: it takes that outcome.',
      );
    const parting = {
      action: 'redrive',
      by,
      reason,
      from: { id, run: key.run },
      ...(call === undefined ? {} : { call }),
      ...(input ? { input } : {}),
      spares: false,
      signals: true,
    } as const;
    if (!(await this.begin(instance, id, cut, parting)))
      throw refuse('Somebody else has begun a new run of it meanwhile.', 'Look at its history.');
  }

  /** Answers the id of the new instance. @throws SagaError `OPERATION_REFUSED`, `INVALID_ID`, `DUPLICATE_ID` */
  async fork(instance: InstanceSummary, { by, reason }: Who, terms: ForkTerms): Promise<string> {
    const { id, key } = instance;
    const newId = checkedId(terms.newId ?? uuidV7());
    const refuse = (why: string, advice?: string): SagaError => refusedOperation(id, 'fork', why, advice);
    if (newId === id) throw refuse('The new id is that of the instance itself.', 'Redrive it, or choose another id.');
    const turns = await this.historyOf(instance);
    const { fromEvent, undoPrefix = false } = terms;
    const { length } = eventsOf(turns);
    if (!Number.isSafeInteger(fromEvent) || fromEvent < 1 || fromEvent > length)
      throw refuse(`It has the events 1 to ${length}, and no event ${fromEvent}.`);
    const cut = new HistoryCut(turns, fromEvent);
    const obstacle = forkObstacle(turns, cut, undoPrefix && !isClosed(instance.status));
    if (obstacle) throw refuse(...obstacle);
    const from = { id, run: key.run };
    const parting = { action: 'fork', by, reason, from, spares: !undoPrefix, signals: false } as const;
    if (!(await this.begin(instance, newId, cut, parting)))
      throw new SagaError('DUPLICATE_ID', `Instance "${newId}" exists already.`, 'Choose another id.');
    return newId;
  }

  /** @throws SagaError `UNKNOWN_INSTANCE` when retention has removed it meanwhile */
  private async historyOf({ id, key }: InstanceSummary): Promise<Turn[]> {
    const turns = await this.options.store.history(key);
    if (turns.length === 0) throw unknownInstance(id);
    return turns;
  }

  /** False if the id is taken. */
  private async begin(
    { saga, version, tags, key }: InstanceSummary,
    id: string,
    cut: HistoryCut,
    terms: PartingTerms,
  ): Promise<boolean> {
    const { store, clock, newRun, begun } = this.options;
    const run = newRun(id);
    const redriven = terms.action === 'redrive';
    const begin = store.fork({
      run,
      ...(redriven ? { replaces: key.run } : {}),
      start: { id, saga, version, tags: tagsAt(cut.kept, tags), reuse: redriven, owned: false },
      turns: [...cut.kept, partingTurn(cut, terms, clock.now())],
    });
    // The answer may have been lost, not the run.
    const outcome = await begin.catch(async (error: unknown) => {
      if (await this.isNewest(id, run)) return 'forked';
      throw error;
    });
    if (outcome === 'duplicate' && !(await this.isNewest(id, run))) return false;
    begun();
    return true;
  }

  private async isNewest(id: string, run: string): Promise<boolean> {
    return (await this.options.store.find(shardOf(id), id))?.key.run === run;
  }

  /** Whether a transactional step has happened, the database knows; from here on no attempt of it commits any more (law S9). */
  private async hasCommitted({ id, key }: InstanceSummary, step: StepCall): Promise<boolean> {
    const { transactions } = this.options.store;
    for (const record of transactions ? keysOf({ instance: id, run: key.run }, step) : [])
      if ((await transactions!.settle(record, { outcome: 'undone' })).outcome === 'completed') return true;
    return false;
  }

  /** A child that a redriven call would wait for in vain, or begin beside what it left standing. */
  private async openChild({ state }: HistoryCut): Promise<readonly [string, string] | undefined> {
    const ids = state.openSteps().flatMap(({ child }) => child ?? []);
    const children = await this.options.store.findMany(ids.map((id) => ({ shard: shardOf(id), id })));
    const left = children.find(({ status }) => status === 'terminated');
    if (left)
      return [`Its child "${left.id}" was terminated, and what it did stands.`, 'Fork it from before that call.'];
    const open = children.find(({ status }) => !isClosed(status));
    return open && [`Its child "${open.id}" is still ${open.status}.`, 'Wait until that has ended, or help it to.'];
  }

  private encode(argument: unknown, i: number): Json {
    return encodePayload(argument, `argument ${i + 1}`, this.options.payloadLimit);
  }
}

/** What became of the tags up to a cut; those that nothing before it has changed are what they are now. */
function tagsAt(kept: readonly Turn[], now: Tags): Tags {
  let tags = now;
  for (const event of eventsOf(kept)) if (event.type === 'TagsChanged') tags = changeTags(tags, event.tags);
  return tags;
}

function insteadOf({ status }: InstanceSummary): string {
  switch (status) {
    case 'completed':
      return 'Nothing failed that could be tried again; fork it.';
    case 'compensated':
    case 'cancelled':
      return 'What it did is undone: start it anew, or fork it from an event before the first step that was undone.';
    case 'terminated':
      return 'Somebody ended it; fork it.';
    case 'continued':
      return 'Another run of the id has taken over.';
    default:
      return 'It has not ended: help it with retry, editInput, complete or fail.';
  }
}
