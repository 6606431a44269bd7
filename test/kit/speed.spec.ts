import { Saga, Step } from 'reprise/decorators';
import { testSaga } from 'reprise/testing';

@Saga({ name: 'ten.steps' })
class TenStepsSaga {
  @Step() async add(sum: number, number: number): Promise<number> {
    return sum + number;
  }
  async run(from: number): Promise<number> {
    let sum = from;
    for (let number = 1; number <= 10; number++) sum = await this.add(sum, number);
    return sum;
  }
}

describe('testSaga', () => {
  // The time that jest prints for it, by 200, is what one run takes: docs/testing.md has the figure.
  it('runs a saga of ten steps 200 times', async () => {
    const test = testSaga(TenStepsSaga).step('add', (sum, number) => sum + number);
    for (let from = 0; from < 200; from++) {
      const run = await test.start(from);
      expect(run.status).toBe('completed');
    }
  });
});
