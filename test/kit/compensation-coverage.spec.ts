import { Compensate, Saga, Step } from 'reprise/decorators';
import { compensationCoverage, testSaga } from 'reprise/testing';

class Refused extends Error {
  override readonly name = 'Refused';
}

@Saga({ name: 'trip' })
class TripSaga {
  @Step({ retry: false }) async flight(): Promise<void> {}
  @Compensate('flight') async cancelFlight(): Promise<void> {}
  @Step() async hotel(): Promise<void> {}
  @Compensate('hotel') async cancelHotel(): Promise<void> {}
  @Step({ retry: false, errors: [Refused] }) async pay(): Promise<void> {}
  async run(): Promise<void> {
    await this.flight();
    await this.hotel();
    await this.pay();
  }
}

const nothing = (): void => undefined;

function trip(flight: () => void, pay: () => void) {
  const bodies = testSaga(TripSaga).step('flight', flight).step('hotel', nothing).step('pay', pay);
  return bodies.step('cancelFlight', nothing).step('cancelHotel', nothing);
}

function fails(error: Error): () => never {
  return () => {
    throw error;
  };
}

const seen = () => Object.fromEntries(compensationCoverage().steps.map((step) => [step.step, step.seen]));

describe('compensationCoverage()', () => {
  it('C2 C3 tells for each step why tests saw it undone, and fails below a threshold', async () => {
    await trip(nothing, nothing).start(undefined as never);
    expect(seen()).toEqual({ flight: [], hotel: [] });
    await trip(nothing, fails(new Refused('no'))).start(undefined as never);
    expect(seen()).toEqual({ flight: ['error'], hotel: ['error'] });
    await trip(nothing, fails(new Error('no line'))).start(undefined as never);
    expect(seen()).toEqual({ flight: ['error', 'exhausted'], hotel: ['error', 'exhausted'] });
    await trip(fails(new Error('no line')), nothing).start(undefined as never);
    expect(seen()).toEqual({ flight: ['error', 'exhausted', 'unknown'], hotel: ['error', 'exhausted'] });

    const coverage = compensationCoverage();
    expect(coverage.share).toBe(5 / 8);
    expect(
      String(coverage)
        .split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
    ).toEqual([
      'saga step undo error exhausted unknown crash',
      'trip v1 flight cancelFlight yes yes yes -',
      'trip v1 hotel cancelHotel yes yes - -',
      'undos seen: 62 %',
    ]);
    expect(coverage.toHtml()).toContain('<td>cancelHotel</td><td class="seen">yes</td>');
    expect(() => coverage.atLeast(0.75)).toThrow('fewer than 75 %');
    expect(coverage.atLeast(0.6)).toBe(coverage);
  });

  it('W2 counts a process that dies between a step and the end of its undo', async () => {
    let broken = true;
    const run = await trip(nothing, fails(new Refused('no')))
      .step('cancelHotel', () => {
        if (broken) throw new Error('not now');
      })
      .start(undefined as never);
    await run.crash();
    broken = false;
    await run.advance('1 hour');
    expect(run.status).toBe('compensated');
    expect(seen()).toMatchObject({
      flight: expect.arrayContaining(['crash']),
      hotel: expect.arrayContaining(['crash']),
    });
  });
});
