import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { testSaga } from 'reprise/testing';

class Refused extends Error {
  override readonly name = 'Refused';
}

@Saga({ name: 'story' })
class StorySaga {
  private told = false;
  @Step() async first(_n: number): Promise<void> {}
  @Compensate('first') async undoFirst(): Promise<void> {}
  @Step({ retry: { attempts: 2, backoff: '1s', jitter: 0 }, errors: [Refused] }) async second(): Promise<void> {}
  @Signal() tell(_what: string): void {
    this.told = true;
  }
  async run(n: number, saga: SagaContext): Promise<void> {
    await this.first(n);
    await saga.until(() => this.told, '1 hour');
    await saga.sleep('90s');
    await this.second();
  }
}

describe('run.timeline()', () => {
  it('tells what happened, attempt by attempt, in virtual time', async () => {
    let tries = 0;
    const run = await testSaga(StorySaga)
      .step('first', () => undefined)
      .step('undoFirst', () => undefined)
      .step('second', () => {
        throw ++tries === 1 ? new Error('no line') : new Refused('no');
      })
      .start(3);
    await run.advance('1 minute');
    await run.signal('tell', 'now');
    await run.advance('2 minutes');
    expect(run.timeline().split('\n')).toEqual([
      '+0ms      started with 3',
      '+0ms      step "first" (call 0) asked with [3]',
      expect.stringMatching(/^\+0ms {6}step "first" \(call 0\) completed in attempt 1: /),
      '+0ms      wait (call 1) begun, for 1h at most',
      '+1m       signal "tell" with ["now"]',
      '+1m       timer (call 2) set for 1m 30s',
      '+2m 30s   timer (call 2) fired',
      '+2m 30s   step "second" (call 3) asked with []',
      '+2m 30s   step "second" (call 3) attempt 1 failed: Error: no line; again after 1s',
      '+2m 31s   step "second" (call 3) failed (declared): Refused: no',
      '+2m 31s   undoing because of Refused: no',
      '+2m 31s   step "undoFirst" (call 4) takes back step "first" (call 0)',
      expect.stringMatching(/^\+2m 31s {3}step "undoFirst" \(call 4\) completed in attempt 1: /),
      '+2m 31s   undone because of Refused: no',
    ]);
  });

  it('is in what the kit itself has to say', async () => {
    const run = await testSaga(StorySaga)
      .step('first', () => undefined)
      .start(3);
    await expect(run.result()).rejects.toThrow('+0ms      wait (call 1) begun, for 1h at most');
  });
});
