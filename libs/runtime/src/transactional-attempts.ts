import {
  decodePayload,
  SagaError,
  type StepCall,
  type AttemptOutcome,
  type CallKey,
  type Json,
  type StepDefinition,
  type StepRecord,
  type StepTransactions,
} from 'reprise/core';
import type { Attempt } from './attempt.js';
import { keysOf } from './record-keys.js';

/**
 * Attempts of transactional steps, and of the compensations of such steps (law S9).
 *
 * 1. The first record of a call stands: whatever crashes, and however many attempts run beside each other, one outcome is committed,
 *    together with the effect.
 * 2. An outcome that history tells for good is on record too, so that an attempt which is still under way elsewhere, in a process
 *    that was taken for dead, cannot commit after it.
 */
export class TransactionalAttempts {
  constructor(private readonly given: StepTransactions | undefined) {}

  /**
   * @param body runs the step with the manager of its transaction, and answers the encoded result
   * @param failure tells what an error means (law S4)
   */
  async run(
    attempt: Attempt,
    body: (manager: unknown) => Promise<Json>,
    failure: (thrown: unknown) => AttemptOutcome,
  ): Promise<AttemptOutcome> {
    const { definition, call } = attempt;
    const key = await this.keyOf(attempt);
    try {
      const { transactional, timeout } = definition.policy;
      const record = await this.transactions.run(key, { ...transactional, longestIdle: timeout }, body);
      return outcomeOf(definition, record);
    } catch (thrown) {
      const outcome = failure(thrown);
      if (outcome.outcome !== 'declared' && outcome.outcome !== 'fatal') return outcome;
      // A person lets an undo that failed try again (law C4): its failure is not for ever.
      if (call.undoes !== undefined) return outcome;
      const { error } = outcome;
      return outcomeOf(definition, await this.transactions.settle(key, { outcome: outcome.outcome, error }));
    }
  }

  /**
   * Before a compensation runs: from here on no attempt of the step that it takes back commits any more. If one has, whatever history
   * knows, its result is the compensation's.
   * @param args the arguments of the compensation; of a local one the first is the result of the step
   */
  async forestall(attempt: Attempt, args: readonly unknown[]): Promise<readonly unknown[]> {
    const { hosted, definition } = attempt;
    if (!takesBackTransaction(hosted.definition.steps.values(), definition.name)) return args;
    // A result that history has was committed.
    if (!definition.command && args[0] !== undefined) return args;
    for (const key of keysOf(attempt, attempt.target!)) {
      const record = await this.transactions.settle(key, { outcome: 'undone' });
      if (!definition.command && record.outcome === 'completed')
        return [decodePayload(record.result), ...args.slice(1)];
    }
    return args;
  }

  /** What is on record of a call that no attempt of ours asks for any more; undefined also when nobody could say. */
  async recorded(instance: Pick<Attempt, 'run' | 'instance'>, call: StepCall): Promise<AttemptOutcome | undefined> {
    let record: StepRecord | undefined;
    for (const key of keysOf(instance, call)) {
      record = await this.given?.find(key).catch(() => undefined);
      if (record?.outcome === 'completed') break;
    }
    return record?.outcome === 'undone' ? undefined : record;
  }

  /** Puts an outcome on record that was not found by an attempt; undefined where the store has no transactions. */
  settle(
    instance: Pick<Attempt, 'run' | 'instance'>,
    call: StepCall,
    record: StepRecord,
  ): Promise<StepRecord> | undefined {
    return this.given && this.settleAll(this.given, keysOf(instance, call), call.spared === true, record);
  }

  /**
   * The outcome of the last key; what has committed under an earlier one comes first.
   * @param spared the call is left to the run that made it: it may still commit there
   */
  private async settleAll(
    given: StepTransactions,
    keys: readonly CallKey[],
    spared: boolean,
    record: StepRecord,
  ): Promise<StepRecord> {
    const [last, ...earlier] = keys.toReversed();
    for (const key of earlier) {
      const found = await (spared ? given.find(key) : given.settle(key, { outcome: 'undone' }));
      if (found?.outcome === 'completed') return found;
    }
    return given.settle(last!, record);
  }

  /**
   * A call that another run made is made under its key there, so that it is done once by both. What did not commit there does not any
   * more, and is made under the key here.
   */
  private async keyOf(attempt: Attempt): Promise<CallKey> {
    const [there, here] = keysOf(attempt, attempt.call);
    if (!here) return there!;
    const record = await this.transactions.find(there!);
    return record && record.outcome !== 'completed' ? here : there!;
  }

  private get transactions(): StepTransactions {
    if (this.given) return this.given;
    throw new SagaError(
      'INVALID_CONFIGURATION',
      'A step is transactional, but the store has no transactions to give.',
      'Give postgres() a `dataSource` in place of a `url`.',
    );
  }
}

function takesBackTransaction(steps: Iterable<StepDefinition>, compensation: string): boolean {
  for (const { undo, policy } of steps) if (undo === compensation) return policy.transactional !== undefined;
  return false;
}

function outcomeOf({ name }: StepDefinition, record: StepRecord): AttemptOutcome {
  if (record.outcome !== 'undone') return record;
  throw new SagaError(
    'STEP_UNDONE',
    `Step "${name}" was undone before this attempt of it could commit; what the attempt wrote is rolled back.`,
  );
}
