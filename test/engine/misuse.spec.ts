import {
  Compensate,
  Query,
  Saga,
  sagaProblems,
  Signal,
  Step,
  type SagaClass,
  type SagaContext,
} from 'reprise/decorators';
import { testSaga } from 'reprise/testing';

class Gateway {
  charge(): string {
    return 'charged';
  }
}

/** What a beginner may write; each of it is answered with a sentence that says what to do. */
type Offence = (saga: Beginner, context: SagaContext) => unknown;
let offend: Offence;

@Saga({ name: 'beginner' })
class Beginner {
  told = false;
  constructor(readonly gateway: Gateway) {}

  @Step() async charge(_what?: unknown): Promise<string> {
    return 'charged';
  }
  @Compensate('charge') async refund(): Promise<void> {}
  @Signal() tell(): void {
    this.told = true;
  }
  @Query() asks(): string {
    void this.charge();
    return 'asked';
  }
  async run(_input: unknown, saga: SagaContext): Promise<void> {
    await this.charge();
    await offend(this, saga);
  }
}

async function begin(offence: Offence) {
  offend = offence;
  return testSaga(Beginner)
    .step('charge', () => 'charged')
    .start(undefined);
}

describe('what a saga must not do parks the instance with a sentence that says what to do', () => {
  it.each<[string, Offence, string, string]>([
    [
      'D7 awaiting a foreign promise',
      () => Promise.resolve().then(() => new Promise(() => undefined)),
      'AWAITS_FOREIGN_PROMISE',
      'Wrap timers, I/O and other promises in a @Step()',
    ],
    [
      'D7 setting a timer with setTimeout',
      () => new Promise((resolve) => setTimeout(resolve, 1)),
      'AWAITS_FOREIGN_PROMISE',
      'Wrap timers, I/O and other promises in a @Step()',
    ],
    [
      'D6 touching a provider in run()',
      ({ gateway }) => gateway.charge(),
      'INJECTED_SERVICE_TOUCHED',
      'Wrap it in a @Step()',
    ],
    [
      'C2 calling a compensation',
      (saga) => saga.refund(),
      'COMPENSATION_CALLED',
      'Throw an error: the engine then takes back what was done',
    ],
  ])('%s', async (_what, offence, code, advice) => {
    const run = await begin(offence);
    expect(run.status).toBe('incident');
    const [incident] = run.history.flatMap(({ events }) => events).filter(({ type }) => type === 'IncidentOpened');
    expect(incident).toMatchObject({ code, message: expect.stringContaining(advice) as string });
  });
});

describe('what nobody can store', () => {
  it.each<[string, unknown, string]>([
    ['a function', { then: { again: () => 1 } }, '.then.again'],
    ['an instance of a class', [new Gateway()], '[0]'],
    ['a symbol', Symbol('x'), ''],
  ])('I2 is thrown to the code at the call, with the path to it: %s', async (_what, value, path) => {
    let thrown: { code?: string; message?: string } = {};
    const run = await begin(async (saga) => {
      await saga.charge(value).catch((error: unknown) => (thrown = error as typeof thrown));
    });
    expect(run.status).toBe('completed');
    expect(thrown.code).toBe('NOT_SERIALISABLE');
    expect(thrown.message).toContain(path);
    expect(thrown.message).toMatch(/plain|Use|toJSON|object/);
  });
});

describe('what is asked from outside', () => {
  it('M2 is refused to call a step, and leaves no trace', async () => {
    const run = await begin((_saga, context) => context.sleep('1 hour'));
    const before = [...run.history];
    await expect(run.query('asks')).rejects.toThrow(/^A query.*step "charge".*make the call in run/);
    await run.advance('1 minute');
    expect(run.history).toEqual(before);
  });
});

describe('what a class says wrong is refused at start-up', () => {
  it('M1 an async signal handler', () => {
    @Saga({ name: 'async.signal' })
    class AsyncSignal {
      // As JavaScript, or a cast, would let it through.
      @(Signal() as (target: object, key: string) => void) async tell(): Promise<void> {}
      async run(): Promise<void> {}
    }
    expect(sagaProblems(AsyncSignal)).toEqual([expect.stringContaining('AsyncSignal.tell: a signal cannot be async.')]);
  });

  it('a step that two classes declare which it extends', () => {
    class Charging {
      @Step() async charge(): Promise<void> {}
    }
    class ChargingTwice extends Charging {
      @Step({ retry: false }) override async charge(): Promise<void> {}
    }
    @Saga({ name: 'ambiguous' })
    class Ambiguous extends ChargingTwice {
      async run(): Promise<void> {}
    }
    expect(sagaProblems(Ambiguous as SagaClass)).toEqual([
      'Ambiguous.charge: Charging and ChargingTwice each declare it; declare it in Ambiguous itself, so that it is plain which one counts.',
    ]);
    @Saga({ name: 'plain' })
    class Plain extends ChargingTwice {
      @Step() override async charge(): Promise<void> {}
      async run(): Promise<void> {}
    }
    expect(sagaProblems(Plain as SagaClass)).toEqual([]);
  });
});
