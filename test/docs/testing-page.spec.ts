import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Test } from '@nestjs/testing';
import { getSagaClientToken, SAGA_MODULE_OPTIONS, type SagaClient } from 'reprise';
import { SystemClock } from 'reprise/runtime';
import { crashAtEveryPoint, crashEverywhere, FakeServices, given, MemoryStore, testSaga } from 'reprise/testing';
import { NewLabelSaga, OldLabelSaga, ParcelSaga, ShipmentSaga, TooHeavy } from './fixtures/parcels.js';
import { Page, ROOT } from './markdown.js';
import { Inventory, Shipping } from './readme/contracts.js';
import { PlaceOrderSaga } from './readme/place-order.saga.js';
import { ShopModule } from './readme/shop.module.js';

// The tests of docs/testing.md, letter by letter.

it('gives up after two days without approval', async () => {
  const run = await testSaga(PlaceOrderSaga)
    .step('reserveStock', ({ orderId }) => ({ reservationId: `r-${orderId}` }))
    .start({ id: 'o1', total: 5_000, lines: [] });
  expect(run.status).toBe('running');
  await run.crash(); // the process dies and starts again from what is stored
  await run.advance('2 days');
  await expect(run.result()).rejects.toThrow('approval timed out');
  expect(run.compensated).toEqual(['reserveStock']);
});

it('pays and ships when finance approves', async () => {
  const order = testSaga(PlaceOrderSaga)
    .step('reserveStock', ({ orderId }) => ({ reservationId: `r-${orderId}` }))
    .step('charge', (orderId, amount) => ({ id: `p-${orderId}`, amount }))
    .step('ship', () => ({ trackingId: 't-1' }));
  await given(order, { id: 'o1', total: 5_000, lines: [] })
    .when('1 hour')
    .when((run) => run.signal('approve', 'finance'))
    .ends({ status: 'completed', result: { paymentId: 'p-o1', trackingId: 't-1' }, compensated: [] });
});

it('comes to the same end wherever the process dies', async () => {
  const test = testSaga(PlaceOrderSaga)
    .step('reserveStock', ({ orderId }) => ({ reservationId: `r-${orderId}` }))
    .step('charge', (orderId, amount) => ({ id: `p-${orderId}`, amount }))
    .step('ship', () => ({ trackingId: 't-1' }));
  const { points, end } = await crashEverywhere(test, { id: 'o1', total: 5_000, lines: [] }, async (run) => {
    await run.advance('1 hour');
    await run.signal('approve', 'finance');
    await run.advance('1 hour');
  });
  expect(end.status).toBe('completed');
  expect(points).toBeGreaterThan(10);
});

it('does nothing twice and leaves nothing behind, whatever goes wrong', async () => {
  const { coverage } = await crashEverywhere(
    (held: string[]) =>
      testSaga(PlaceOrderSaga)
        .step('reserveStock', ({ orderId }) => (keep(held, 'stock'), { reservationId: `r-${orderId}` }))
        .undo('releaseStock', () => drop(held, 'stock'))
        .step('charge', (orderId, amount) => (keep(held, 'money'), { id: `p-${orderId}`, amount }))
        .step('refund', () => drop(held, 'money'))
        .step('ship', () => ({ trackingId: 't-1' })),
    { id: 'o1', total: 5_000, lines: [] },
    async (run) => {
      await run.signal('approve', 'finance');
      await run.advance('1 hour');
    },
    { faults: 'all', world: () => [], standing: (held) => held },
  );
  expect(coverage).toMatch(/lost answer +3 +step "reserveStock", step "charge", step "ship"/);
});

/** What a service does that is asked twice. */
const keep = (held: string[], what: string) => void (held.includes(what) || held.push(what));
const drop = (held: string[], what: string) => void (held.includes(what) && held.splice(held.indexOf(what), 1));

it('takes the first parcel back when the second cannot be shipped', async () => {
  const parcels = testSaga(ParcelSaga)
    .step('pack', (sku) => {
      if (sku === 'anvil') throw new TooHeavy(sku);
      return `parcel of ${sku}`;
    })
    .step('unpack', () => undefined);
  const run = await testSaga(ShipmentSaga).hosting(parcels).start(['tea', 'anvil']);
  await expect(run.result()).rejects.toThrow('anvil');
  const first = await run.find(ParcelSaga, 'test/0');
  expect(first.status).toBe('compensated');
  expect(first.compensated).toEqual(['pack']);
});

it('keeps old parcels on the old version, wherever the process dies', async () => {
  const { end } = await crashAtEveryPoint(async (point) => {
    const process = await testSaga(OldLabelSaga).open(point);
    await process.start(OldLabelSaga, 'tea', { id: 'old' });
    await process.deploy(testSaga(OldLabelSaga).hosting(testSaga(NewLabelSaga)));
    await process.start(NewLabelSaga, 'pot', { id: 'new' });
    await process.until(() => process.instances.every(({ status }) => status === 'completed'));
    const [old, fresh] = [await process.find(OldLabelSaga, 'old'), await process.find(NewLabelSaga, 'new')];
    return [await old.result(), await fresh.result()];
  });
  expect(end).toEqual(['paper label of tea', 'printed label of pot']);
});

it('completes a small order in the application', async () => {
  const services = new FakeServices()
    .on(Inventory.reserve, ({ orderId }) => ({ reservationId: `r-${orderId}` }))
    .on(Shipping.ship, () => ({ trackingId: 't-1' }));
  const application = await Test.createTestingModule({ imports: [ShopModule] })
    .overrideProvider(SAGA_MODULE_OPTIONS)
    .useValue({ store: new MemoryStore(new SystemClock()), transport: services })
    .compile();
  await application.init();
  const placed = application.get<SagaClient<PlaceOrderSaga>>(getSagaClientToken(PlaceOrderSaga));
  const handle = await placed.start({ id: 'o1', total: 5, lines: [] });
  await expect(handle.result()).resolves.toEqual({ paymentId: 'p-o1', trackingId: 't-1' });
  expect(services.asked.map(({ step }) => step)).toEqual(['reserveStock', 'ship']);
  await application.close();
});

it('is what docs/testing.md shows', () => {
  const own = readFileSync(path.join(ROOT, 'test/docs/testing-page.spec.ts'), 'utf8');
  const shown = new Page('docs/testing.md')
    .blocksOf('ts')
    .filter(({ text }) => /^it\(/m.test(text) && !text.includes('readFile'));
  expect(shown.length).toBeGreaterThan(2);
  for (const { text } of shown) expect(own).toContain(text);
});
