import { PlaceOrderSaga } from '../../apps/shop/src/place-order.saga.js';
import { historyDiagram } from 'reprise/core';
import { Compensate, Saga, sagaDiagram, Signal, Step, type SagaContext } from 'reprise/decorators';
import { testSaga } from 'reprise/testing';

class Refused extends Error {
  override readonly name = 'Refused';
}

@Saga({ name: 'drawn' })
class DrawnSaga {
  private told = false;
  @Step() async first(): Promise<void> {}
  @Compensate('first') async undoFirst(): Promise<void> {}
  @Step({ errors: [Refused] }) async second(): Promise<void> {}
  @Step({ pivot: true }) async last(): Promise<void> {}
  @Signal() tell(): void {
    this.told = true;
  }
  async run(_input: string, saga: SagaContext): Promise<void> {
    await this.first();
    await saga.until(() => this.told);
    await this.second();
    await this.last();
  }
}

describe('diagrams for Mermaid', () => {
  it('show the declared steps of a saga, and what takes each back', () => {
    expect(sagaDiagram(DrawnSaga)).toBe(
      [
        'flowchart LR',
        '  subgraph saga["drawn, version 1"]',
        '    step0["first"]',
        '    step0 -. undone by .-> undo0(["undoFirst"])',
        '    step1["second"]',
        '    step2["last<br>point of no return"]',
        '  end',
      ].join('\n'),
    );
    const shop = sagaDiagram(PlaceOrderSaga);
    expect(shop).toContain('["charge<br>payment.charge"]');
    expect(shop).toContain('undone by .-> undo3(["refund"])');
  });

  it('show what one instance did, as a sequence', async () => {
    let tries = 0;
    const run = await testSaga(DrawnSaga)
      .step('first', () => undefined)
      .step('undoFirst', () => undefined)
      .step('second', () => {
        throw ++tries === 1 ? new Error('no line; try #2') : new Refused('no');
      })
      .start('x');
    await run.signal('tell');
    await run.advance('1 minute');
    expect(historyDiagram(run.history).split('\n')).toEqual([
      'sequenceDiagram',
      '  actor outside',
      '  participant saga as drawn',
      '  participant step0 as first',
      '  participant step1 as second',
      '  participant step2 as undoFirst',
      '  outside->>saga: start',
      '  saga->>step0: call 0',
      '  step0-->>saga: completed call 0',
      '  Note over saga: wait 1 begun',
      '  outside->>saga: signal tell',
      '  saga->>step1: call 2',
      '  step1--xsaga: attempt 1, Error: no line#59; try #35;2',
      '  step1--xsaga: failed call 2, Refused: no',
      '  Note over saga: undoing, Refused: no',
      '  saga->>step2: call 3, takes back call 0',
      '  step2-->>saga: completed call 3',
      '  saga--xoutside: undone, Refused: no',
    ]);
  });
});
