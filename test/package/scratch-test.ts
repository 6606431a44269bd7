import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Compensate, getSagaClientToken, Saga, SAGA_MODULE_OPTIONS, type SagaClient, SagaModule, Step } from 'reprise';
import { postgres } from 'reprise/postgres';
import { SystemClock } from 'reprise/runtime';
import { crashEverywhere, MemoryStore, testSaga } from 'reprise/testing';

/** The test runner's, whichever it is. */
const { it } = 'it' in globalThis ? (globalThis as unknown as typeof import('node:test')) : await import('node:test');

@Saga({ name: 'scratch.test' })
class Purchase {
  @Step()
  async charge(amount: number) {
    return { amount };
  }

  @Compensate('charge')
  async refund(_payment: { amount: number } | undefined, _amount: number) {}

  async run(amount: number) {
    await this.charge(amount);
    if (amount > 100) throw new Error('too much');
    return `paid ${amount}`;
  }
}

@Module({
  imports: [SagaModule.forRoot({ store: postgres({ url: 'postgres://nobody@127.0.0.1:1/none' }) })],
  providers: [Purchase],
})
class AppModule {}

void it('undoes a purchase, wherever its process dies', async () => {
  const test = testSaga(Purchase).provider(() => new Purchase());
  const { end } = await crashEverywhere(test, 101, undefined, { faults: 'all' });
  assert.equal(end.status, 'compensated');
  assert.deepEqual(end.compensated, ['charge']);
});

void it('runs in an application without a database', async () => {
  const app = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SAGA_MODULE_OPTIONS)
    .useValue({ store: new MemoryStore(new SystemClock()) })
    .compile();
  await app.init();
  const purchases = app.get<SagaClient<Purchase>>(getSagaClientToken(Purchase));
  const handle = await purchases.start(42, { id: 'p1' });
  assert.equal(await handle.result(), 'paid 42');
  await app.close();
});
