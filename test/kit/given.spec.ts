import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { given, testSaga } from 'reprise/testing';

@Saga({ name: 'approval' })
class ApprovalSaga {
  private by?: string;
  @Signal() approve(by: string): void {
    this.by = by;
  }
  @Step() async pay(amount: number): Promise<Date> {
    return new Date(amount);
  }
  @Compensate('pay') async payBack(): Promise<void> {}
  async run(amount: number, saga: SagaContext): Promise<{ by: string; paid: Date }> {
    const paid = await this.pay(amount);
    if (!(await saga.until(() => this.by !== undefined, '2 days'))) throw new Error(`nobody approved ${amount}`);
    return { by: this.by!, paid };
  }
}

const approval = testSaga(ApprovalSaga).step('pay', (amount) => new Date(amount));

describe('given, when, then', () => {
  it('tells how a saga ends, with values as the code has them', async () => {
    const run = await given(approval, 7)
      .when('1 day')
      .when((run) => run.signal('approve', 'jane'))
      .ends({ status: 'completed', result: { by: 'jane', paid: new Date(7) }, compensated: [] });
    expect(run.timeline()).toContain('signal "approve"');
  });

  it('takes a part of the error for the whole of it', async () => {
    await given(approval, 7)
      .when('3 days')
      .ends({ status: 'compensated', error: 'nobody approved', compensated: ['pay'] });
  });

  it.each([
    [
      { status: 'completed' },
      /Another status than expected.\n- expected: "completed"\n\+ came: "running"\n.*started with 7/s,
    ],
    [{ error: 'too late' }, /Another error than expected.*\+ came: undefined/s],
    [{ result: { by: 'jane' } }, /Another result than expected/],
  ] as const)('says what is not as expected: %j', async (expected, message) => {
    await expect(given(approval, 7).ends(expected)).rejects.toThrow(message);
  });
});
