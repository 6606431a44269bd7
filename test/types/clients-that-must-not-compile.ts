import { InjectSaga, SagaModule, type SagaClient, type SagaContext, type SagaQueries } from 'reprise';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { PlaceOrderSaga, type PlaceOrder } from './shop.js';

declare const client: SagaClient<PlaceOrderSaga>;
declare const order: PlaceOrder;
declare const dataSource: DataSource;

export async function whatCompiles(): Promise<string> {
  const handle = await client.start(order, {
    id: `order-${order.id}`,
    tags: { customer: 'c1', due: new Date(0) },
    onConflict: 'error',
  });
  await handle.signal('approve', 'finance');
  await client.start(order, { delay: '10m' });
  await client.start(order, { id: 'order-1', debounce: '30s', maxWait: '5m' });
  const begins: number | undefined = (await handle.describe()).beginsAt;
  console.log(begins);
  await dataSource.transaction(async (manager) => {
    const started = await client.start(order, { manager });
    await started.with({ manager, key: 'approval-1' }).signal('approve', 'finance');
  });
  const { phase } = await handle.query('status');
  const expected: 'reserving' | 'awaiting approval' | 'paying' = phase;
  const { paymentId } = await client.get(handle.id).result({ timeout: '5s' });
  return expected + paymentId;
}

export async function whatCallersSend(coerced: SagaClient<PlaceOrderSaga, z.input<typeof PlaceOrder>>) {
  await coerced.start({ id: 'o1', total: 1, lines: [{ sku: 'a', quantity: '2' }] });
}

export async function whatFindsInstances(queries: SagaQueries, saga: SagaContext): Promise<string[]> {
  await queries.list({ status: 'failed', tags: { total: { from: 1 }, due: { to: new Date(0) }, customer: 'c1' } });
  // @ts-expect-error no such status
  await queries.list({ status: 'done' });
  // @ts-expect-error no such condition
  await queries.count({ owner: 'me' });
  // @ts-expect-error a tag is one value
  await queries.list({ tags: { customer: ['c1', 'c2'] } });
  // @ts-expect-error a range has one type
  await queries.list({ tags: { total: { from: 1, to: new Date(0) } } });
  // @ts-expect-error a tag holds no object
  saga.tag({ customer: { id: 'c1' } });
  // @ts-expect-error a tag is taken away with null
  saga.tag({ customer: undefined });
  return (await queries.incidents()).instances.map(({ id }) => id);
}

export async function whatDoesNotCompile(): Promise<void> {
  // @ts-expect-error the input is run()'s
  await client.start({ orderId: 1 });
  // @ts-expect-error run() needs an input
  await client.start();
  // @ts-expect-error there is no such option
  await client.start(order, { key: 'order-1' });
  // @ts-expect-error a misspelt delay
  await client.start(order, { delay: '10 mins.' });
  // @ts-expect-error an update does not wait for a beginning
  await client.updateWithStart('anything', [], order, { id: 'order-1', delay: '10m' });
  // @ts-expect-error a data source is in no transaction
  await client.start(order, { manager: dataSource });
  const handle = client.get('order-1');
  // @ts-expect-error a key is a text
  await handle.with({ key: 1 }).signal('approve', 'finance');
  // @ts-expect-error a step is not a signal
  await handle.signal('charge', 'order-1', 1);
  // @ts-expect-error a query is not a signal
  await handle.signal('status');
  // @ts-expect-error run is not a signal
  await handle.signal('run');
  // @ts-expect-error the signal's argument is a string
  await handle.signal('approve', 1);
  // @ts-expect-error the signal has an argument
  await handle.signal('approve');
  // @ts-expect-error there is no such signal
  await handle.signal('aprove', 'finance');
  // @ts-expect-error a private member is not a signal
  await handle.signal('phase');
  // @ts-expect-error a signal is not a query
  await handle.query('approve');
  // @ts-expect-error a step is not a query
  await handle.query('charge');
  // @ts-expect-error the answer is not a number
  const _status: number = await handle.query('status');
  // @ts-expect-error the result is run()'s
  const _result: string = await handle.result();
  // @ts-expect-error a misspelt duration
  await handle.result({ timeout: '5 secs' });
}

export class NotASaga {}

// @ts-expect-error a client is of a saga
export type ClientOfNothing = SagaClient<NotASaga>;

export class Consumer {
  constructor(@InjectSaga(PlaceOrderSaga) readonly orders: SagaClient<PlaceOrderSaga>) {}
}

// @ts-expect-error the module needs a store
SagaModule.forRoot({});
