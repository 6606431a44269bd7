import { contract } from 'reprise/contracts';
import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { crashAtEveryPoint, crashEverywhere, testSaga } from 'reprise/testing';
import { z } from 'zod';

const Carrier = contract('carrier', {
  book: { input: z.object({ sku: z.string() }), output: z.object({ number: z.string() }) },
  cancel: { input: z.object({ sku: z.string() }) },
});

@Saga({ name: 'kit.parcel', calls: [Carrier.book, Carrier.cancel] })
class ParcelSaga {
  @Step() async pack(sku: string): Promise<string> {
    return sku;
  }
  @Compensate('pack') async unpack(_packed: string | undefined, _sku: string): Promise<void> {}
  async run(sku: string, saga: SagaContext): Promise<{ number: string; chance: number }> {
    await this.pack(sku);
    const undo = { command: Carrier.cancel, input: () => ({ sku }) };
    const { number } = await saga.call(Carrier.book, { sku }, { undo });
    return { number, chance: saga.random() };
  }
}

@Saga({ name: 'kit.shipment' })
class ShipmentSaga {
  @Step({ retry: false }) async handOver(_numbers: readonly string[]): Promise<void> {}
  async run(skus: string[], saga: SagaContext): Promise<readonly number[]> {
    const parcels = await Promise.all(skus.map((sku) => saga.child(ParcelSaga, sku)));
    await this.handOver(parcels.map(({ number }) => number));
    return parcels.map(({ chance }) => chance);
  }
}

@Saga({ name: 'kit.bell' })
class BellSaga {
  private rings = 0;
  @Signal() ring(): void {
    this.rings++;
  }
  async run(times: number, saga: SagaContext): Promise<string> {
    await saga.until(() => this.rings >= times);
    return `rang ${this.rings} times`;
  }
}

/** Shipments whose parcels are packed; what the world saw is in `seen`. */
function shipments(seen: string[], handOver: () => void) {
  const parcels = testSaga(ParcelSaga)
    .step('pack', (sku) => {
      seen.push(`pack ${sku}`);
      return sku;
    })
    .step('unpack', (_packed, sku) => void seen.push(`unpack ${sku}`))
    .command(Carrier.book, ({ sku }) => ({ number: `number of ${sku}` }))
    .command(Carrier.cancel, ({ sku }) => void seen.push(`cancel ${sku}`));
  return testSaga(ShipmentSaga).step('handOver', handOver).hosting(parcels);
}

const refuses = (): void => {
  throw new Error('no van');
};

describe('several sagas in one test', () => {
  it('C6 runs children with steps of their own', async () => {
    const seen: string[] = [];
    const run = await shipments(seen, () => undefined).start(['tea', 'pot'], { id: 's' });
    expect(run.status).toBe('completed');
    expect(seen).toEqual(['pack tea', 'pack pot']);
    const child = await run.find(ParcelSaga, 's/1');
    expect(await child.result()).toMatchObject({ number: 'number of pot' });
  });

  it('C6 undoes children when their parent fails', async () => {
    const seen: string[] = [];
    const run = await shipments(seen, refuses).start(['tea', 'pot']);
    await expect(run.result()).rejects.toThrow('no van');
    expect(run.compensated).toEqual(['kit.parcel', 'kit.parcel']);
    expect(seen.slice(2)).toEqual(['cancel pot', 'unpack pot', 'cancel tea', 'unpack tea']);
  });

  it('C6 comes to the same end wherever the process dies, children included', async () => {
    const done = await crashEverywhere(
      shipments([], () => undefined),
      ['tea', 'pot'],
    );
    expect(done.end).toMatchObject({ status: 'completed', others: { 'test/0': 'completed', 'test/1': 'completed' } });
    const undone = await crashEverywhere(shipments([], refuses), ['tea', 'pot']);
    expect(undone.end).toMatchObject({
      status: 'compensated',
      others: { 'test/0': 'compensated', 'test/1': 'compensated' },
    });
    expect(undone.points).toBeGreaterThan(done.points);
  });

  it('D7 gives each instance chance of its own, the same in every test', async () => {
    const chances = async (): Promise<unknown> => {
      const run = await shipments([], () => undefined).start(['tea', 'pot']);
      return run.result();
    };
    const [first, second] = (await chances()) as [number, number];
    expect(first).not.toBe(second);
    expect(await chances()).toEqual([first, second]);
  });

  it('M1 starts several instances in one process, which crashes at every point', async () => {
    const { end, points } = await crashAtEveryPoint(async (point) => {
      const process = await testSaga(BellSaga).open(point);
      const one = await process.start(BellSaga, 1, { id: 'one' });
      const two = await process.start(BellSaga, 2, { id: 'two' });
      for (const run of [one, two, two]) await run.signal('ring');
      return [await one.result(), await two.result()];
    });
    expect(end).toEqual(['rang 1 times', 'rang 2 times']);
    expect(points).toBe(10);
  });

  it('says what never became so instead of waiting for ever', async () => {
    const process = await testSaga(BellSaga).open();
    await process.start(BellSaga, 1);
    await expect(process.until(() => process.instances[0]!.status === 'completed')).rejects.toMatchObject({
      code: 'RESULT_TIMED_OUT',
    });
  });

  it('names the point where a crash led to another end', async () => {
    let worlds = 0;
    const careless = crashAtEveryPoint(async (point) => {
      const process = await testSaga(BellSaga).open(point);
      await process.start(BellSaga, 0);
      return ++worlds;
    });
    await expect(careless).rejects.toThrow('A crash before the append of SagaStarted');
  });
});
