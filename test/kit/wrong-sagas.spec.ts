import { randomUUID } from 'node:crypto';
import type { SagaError } from 'reprise/core';
import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { crashEverywhere, FAULTS, testSaga, type TestRun } from 'reprise/testing';
import { Bank, NoSuchAccount } from './bank.js';

// Each of these sagas passes a test in which nothing goes wrong, and each has one mistake that `crashEverywhere` has to find.

type SagaOf = new (bank: Bank) => { run(input: string, saga: SagaContext): Promise<unknown> };

/** Everything that can go wrong, over a bank; `drive` is what the world does meanwhile. */
function everything(saga: SagaOf, input = 'bob', drive?: (run: TestRun<never>) => Promise<void>) {
  return crashEverywhere(
    (bank: Bank) => testSaga(saga).provider(() => new saga(bank)),
    input,
    async (run) => drive?.(run as never),
    { faults: 'all', world: newBank, standing: ({ balances }) => balances },
  );
}

/** All banks that there were: a saga may find its way to one past its constructor. */
const opened: Bank[] = [];

function newBank(): Bank {
  const bank = new Bank();
  opened.push(bank);
  return bank;
}

function key(): string {
  return currentStep()!.key;
}

@Saga({ name: 'sound' })
class SoundSaga {
  private readonly consents = new Set<string>();
  constructor(private readonly bank: Bank) {}

  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount);
  }
  @Compensate('take') async giveBack(_nothing: void | undefined, amount: number): Promise<void> {
    this.bank.takeBack(key(), currentStep()!.undoes!, 'alice', amount);
  }
  @Step({ errors: [NoSuchAccount] }) async give(account: string, amount: number): Promise<void> {
    if (account === 'nobody') throw new NoSuchAccount(account);
    this.bank.addOnce(key(), account, amount);
  }
  @Compensate('give') async takeBack(_nothing: void | undefined, account: string, amount: number): Promise<void> {
    this.bank.takeBack(key(), currentStep()!.undoes!, account, -amount);
  }
  @Signal() consent(by: string): void {
    this.consents.add(by);
  }

  async run(to: string, saga: SagaContext): Promise<void> {
    await this.take(10);
    await saga.until(() => this.consents.size >= 2);
    await Promise.all([this.give(to, 7), this.give('bank', 3)]);
  }
}

const consent = async (run: TestRun<never>): Promise<void> => {
  const signals = run as unknown as TestRun<{ consent(by: string): void }>;
  await signals.signal('consent', 'finance');
  await signals.signal('consent', 'risk');
};

let transfers = 0;
@Saga({ name: 'module.state' })
class ModuleStateSaga {
  constructor(private readonly bank: Bank) {}
  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount);
  }
  async run(): Promise<void> {
    await this.take(++transfers);
  }
}

@Saga({ name: 'repeated.effect' })
class RepeatedEffectSaga {
  constructor(private readonly bank: Bank) {}
  @Step() async take(amount: number): Promise<void> {
    this.bank.add('alice', -amount);
  }
  async run(): Promise<void> {
    await this.take(10);
  }
}

@Saga({ name: 'repeated.undo' })
class RepeatedUndoSaga {
  constructor(private readonly bank: Bank) {}
  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount);
  }
  @Compensate('take') async giveBack(_nothing: void | undefined, amount: number): Promise<void> {
    this.bank.add('alice', amount);
  }
  async run(to: string): Promise<void> {
    await this.take(10);
    throw new NoSuchAccount(to);
  }
}

@Saga({ name: 'chance' })
class ChanceSaga {
  constructor(private readonly bank: Bank) {}
  @Step() async give(account: string, amount: number): Promise<void> {
    this.bank.addOnce(key(), account, amount);
  }
  async run(): Promise<void> {
    // One of many branches, so that two of the same do not come by chance.
    const lucky = Array.from({ length: 40 }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('');
    await this.give(lucky, 1);
  }
}

@Saga({ name: 'undo.by.hand' })
class UndoByHandSaga {
  constructor(private readonly bank: Bank) {}
  @Step({ retry: { attempts: 2 } }) async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount);
  }
  @Step({ retry: { attempts: 2 } }) async give(account: string, amount: number): Promise<void> {
    this.bank.addOnce(key(), account, amount);
  }
  async run(to: string): Promise<void> {
    const undo: (() => Promise<void>)[] = [];
    try {
      await this.take(10);
      undo.push(() => this.take(-10));
      await this.give(to, 10);
      undo.push(() => this.give(to, -10));
    } catch (error) {
      for (const step of undo) await step();
      throw error;
    }
  }
}

@Saga({ name: 'floating' })
class FloatingSaga {
  constructor(private readonly bank: Bank) {}
  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount);
  }
  @Step() async give(account: string, amount: number): Promise<void> {
    this.bank.addOnce(key(), account, amount);
  }
  async run(to: string): Promise<void> {
    void this.give(to, 10);
    await this.take(10);
  }
}

@Saga({ name: 'lost.signal' })
class LostSignalSaga {
  private answer: string | undefined;
  constructor(private readonly bank: Bank) {}
  @Step() async ask(): Promise<void> {
    this.bank.addOnce(key(), 'questions', 1);
  }
  @Signal() consent(by: string): void {
    this.answer = by;
  }
  async run(_to: string, saga: SagaContext): Promise<boolean> {
    await this.ask();
    this.answer = undefined; // whoever was quicker than this line is not heard
    return saga.until(() => this.answer !== undefined, '1 day');
  }
}

@Saga({ name: 'wall.clock' })
class WallClockSaga {
  constructor(private readonly bank: Bank) {}
  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount);
  }
  async run(_to: string, saga: SagaContext): Promise<void> {
    const started = performance.now();
    await this.take(1);
    await saga.sleep(1_000 + performance.now() - started);
    await this.take(2);
  }
}

@Saga({ name: 'effect.in.run' })
class EffectInRunSaga {
  @Step() async nothing(): Promise<void> {}
  async run(): Promise<void> {
    await this.nothing();
    opened.at(-1)!.add('alice', -10);
  }
}

@Saga({ name: 'fresh.key' })
class FreshKeySaga {
  constructor(private readonly bank: Bank) {}
  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(randomUUID(), 'alice', -amount);
  }
  async run(): Promise<void> {
    await this.take(10);
  }
}

@Saga({ name: 'memory' })
class MemorySaga {
  private fee = 0;
  constructor(private readonly bank: Bank) {}
  @Step() async quote(): Promise<void> {
    this.fee = 3; // kept in the process, not in the history
  }
  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount - this.fee);
  }
  async run(): Promise<void> {
    await this.quote();
    await this.take(10);
  }
}

@Saga({ name: 'counts.messages' })
class CountsMessagesSaga {
  private consents = 0;
  constructor(private readonly bank: Bank) {}
  @Step() async take(amount: number): Promise<void> {
    this.bank.addOnce(key(), 'alice', -amount);
  }
  @Signal() consent(_by: string): void {
    this.consents++;
  }
  async run(_to: string, saga: SagaContext): Promise<void> {
    await saga.until(() => this.consents >= 2);
    await saga.sleep('1 hour');
    await this.take(10 * this.consents);
  }
}

@Saga({ name: 'last.word' })
class LastWordSaga {
  private by = '';
  constructor(private readonly bank: Bank) {}
  @Step() async give(account: string, amount: number): Promise<void> {
    this.bank.addOnce(key(), account, amount);
  }
  @Signal() consent(by: string): void {
    this.by = by;
  }
  async run(_to: string, saga: SagaContext): Promise<void> {
    await saga.sleep('1 minute');
    await this.give(this.by, 1);
  }
}

const anHour = (run: TestRun<never>): Promise<void> => run.advance('1 hour');
const oneConsentAndDay = async (run: TestRun<never>): Promise<void> => {
  await (run as unknown as TestRun<{ consent(by: string): void }>).signal('consent', 'finance');
  await run.advance('2 days');
};
const consentAndDay = async (run: TestRun<never>): Promise<void> => {
  await consent(run);
  await run.advance('2 days');
};

describe('crashEverywhere with everything that can go wrong', () => {
  it('D1 S3 C2 M1 finds nothing in a saga that is sound, and says where it looked', async () => {
    const { end, places, coverage } = await everything(SoundSaga, 'bob', consentAndDay);
    expect(end.status).toBe('completed');
    // It tells no other instance anything.
    const met = FAULTS.filter((fault) => fault !== 'late message');
    for (const fault of met) expect({ fault, places: places[fault]!.length }).not.toMatchObject({ places: 0 });
    expect(coverage.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      expect.stringMatching(/^crash \d+ appends, step "take", /),
      'lost request 3 step "take", step "give"',
      'lost answer 3 step "take", step "give"',
      'repeated request 3 step "take", step "give"',
      'late answer 3 step "take", step "give"',
      'repeated signal 2 signal "consent"',
      'swapped signals 2 signal "consent"',
      'repeated message 2 message "signal consent"',
      'late message 0',
      'no answer 3 step "take", step "give"',
    ]);
  });

  it('C2 C3 finds nothing in a sound saga that is undone', async () => {
    const { end } = await everything(SoundSaga, 'nobody', consentAndDay);
    expect(end).toMatchObject({ status: 'compensated', compensated: expect.arrayContaining(['give', 'take']) });
  });

  const MISTAKES: readonly (readonly [string, SagaOf, string | RegExp, ((run: TestRun<never>) => Promise<void>)?])[] = [
    ['state in a variable of the module', ModuleStateSaga, 'another input'],
    ['an effect that happens at each attempt', RepeatedEffectSaga, /A crash after step "take" ran.*"alice":80/s],
    [
      'a compensation that happens at each attempt',
      RepeatedUndoSaga,
      /A crash after step "giveBack" ran.*"alice":110/s,
    ],
    ['a decision by Math.random()', ChanceSaga, 'another input'],
    [
      'an undo by hand that does not know of the step nobody answered',
      UndoByHandSaga,
      /A no answer .*"alice":90/s,
      anHour,
    ],
    ['a step that nobody awaits', FloatingSaga, 'led to another end'],
    ['a signal that is forgotten', LostSignalSaga, /A late answer \(step "ask"/, oneConsentAndDay],
    ['a timer by the clock of the process', WallClockSaga, 'another', anHour],
    ['an effect in run()', EffectInRunSaga, 'A replay changed the world'],
    ['a key that is another at each attempt', FreshKeySaga, /"alice":80/],
    ['a fact that only the process remembers', MemorySaga, /A crash .*"alice":90/s],
    ['a message that counts twice', CountsMessagesSaga, /A repeated signal \(signal "consent"\)/, consentAndDay],
    ['an order of messages that is taken for granted', LastWordSaga, /A swapped signals/, consentAndDay],
  ];

  for (const [mistake, saga, message, drive] of MISTAKES) {
    it(`finds ${mistake}`, async () => {
      const found = await everything(saga, 'bob', drive).then(
        ({ end }) => `nothing: ${JSON.stringify(end)}`,
        ({ code, message: text }: SagaError) => `${code}: ${text}`,
      );
      expect(found).toMatch(message);
      expect(found).toMatch(/^NON_DETERMINISTIC/);
      expect(found).toContain('started with "bob"'); // it tells what happened
    });
  }
});
