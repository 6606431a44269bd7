import { Compensate, Saga, Signal, Step, Update, type SagaContext } from 'reprise/decorators';
import { crashEverywhere, testSaga, type SagaTest } from 'reprise/testing';

@Saga({ name: 'parcel' })
class ParcelSaga {
  constructor(private readonly held: Set<string>) {}
  @Step() async pack(what: string): Promise<string> {
    this.held.add(what);
    return `parcel of ${what}`;
  }
  @Compensate('pack') async unpack(_parcel: string | undefined, what: string): Promise<void> {
    this.held.delete(what);
  }
  async run(what: string): Promise<string> {
    return this.pack(what);
  }
}

/** Has a child, an update and a signal; with `fail` it is undone in the end. */
@Saga({ name: 'shipment' })
class ShipmentSaga {
  private weight = 0;
  private isReady = false;
  constructor(private readonly held: Set<string>) {}
  @Step() async weigh(weight: number): Promise<number> {
    this.held.add(`${weight} g`);
    return weight;
  }
  @Compensate('weigh') async forget(_weight: number | undefined, weight: number): Promise<void> {
    this.held.delete(`${weight} g`);
  }
  @Update() async add(weight: number): Promise<number> {
    this.weight += await this.weigh(weight);
    return this.weight;
  }
  @Signal() ready(): void {
    this.isReady = true;
  }
  async run({ fails }: { readonly fails: boolean }, saga: SagaContext): Promise<string> {
    const parcel = await saga.child(ParcelSaga, 'tea');
    await saga.until(() => this.isReady && saga.handlersFinished);
    if (fails) throw new Error('nobody is there');
    return `${parcel}, ${this.weight} g`;
  }
}

/** Ends otherwise when its child is slower than the signal. */
@Saga({ name: 'impatient' })
class ImpatientSaga {
  private isReady = false;
  @Signal() ready(): void {
    this.isReady = true;
  }
  async run(_input: undefined, saga: SagaContext): Promise<string> {
    const parcel = saga.child(ParcelSaga, 'tea');
    return Promise.race([parcel, saga.until(() => this.isReady).then(() => 'no parcel')]);
  }
}

const FAULTS = ['crash', 'repeated message', 'late message'] as const;
const world = { world: () => new Set<string>(), standing: (held: Set<string>) => [...held].sort() };
const shipment = (held: Set<string>): SagaTest<ShipmentSaga> =>
  testSaga(ShipmentSaga)
    .provider(() => new ShipmentSaga(held))
    .hosting(testSaga(ParcelSaga).provider(() => new ParcelSaga(held)));

describe('messages to instances', () => {
  it.each([
    [false, 'completed', ['tea', '5 g', '7 g'].sort()],
    [true, 'compensated', []],
  ])('M1 M3 C6 may come twice and late to a sound saga (it fails: %s)', async (fails, status, standing) => {
    const worlds: Set<string>[] = [];
    const { end, places } = await crashEverywhere(
      (held: Set<string>) => (worlds.push(held), shipment(held)),
      { fails },
      async (run) => {
        expect([await run.update('add', 5), await run.update('add', 7)]).toEqual([5, 12]);
        await run.signal('ready');
      },
      { faults: FAULTS, ...world },
    );
    expect(end.status).toBe(status);
    for (const held of worlds) expect([...held].sort()).toEqual(standing);
    const undo = fails ? ['message "undo" to "test/0"', 'message "result" to "test"'] : [];
    expect(places['repeated message']).toEqual([
      'message "result" to "test"',
      'message "update add" to "test"',
      'message "update add" to "test"',
      'message "signal ready" to "test"',
      ...undo,
    ]);
    expect(places['late message']).toEqual(['message "result" to "test"', ...undo]);
  });

  it('D3 find a saga that goes by its child being quicker than a signal', async () => {
    const test = (held: Set<string>): SagaTest<ImpatientSaga> =>
      testSaga(ImpatientSaga).hosting(testSaga(ParcelSaga).provider(() => new ParcelSaga(held)));
    const looked = crashEverywhere(
      test,
      undefined,
      async (run) => {
        if (run.status === 'running') await run.signal('ready');
      },
      { faults: FAULTS, ...world },
    );
    await expect(looked).rejects.toThrow('A late message (message "result" to "test") led to another end.');
  });
});
