import type { Turn } from 'reprise/core';
import { Saga, Step } from 'reprise/decorators';
import type { RunHistory } from 'reprise/testing';
import { Books } from './harness/books.js';
import { crashEverywhereIn, enact, runInMemory } from './harness/in-memory.js';
import { replayRecording, type Recording } from './harness/recording.js';
import { scenario } from './harness/scenario.js';

class Till extends Books {
  total = 0;
}

@Saga({ name: 'till' })
class TillSaga {
  constructor(private readonly till: Till) {}

  @Step() async pay(amount: number): Promise<void> {
    if (this.till.did(`paid ${amount}`)) this.till.total += amount;
  }
  @Step() async payCarelessly(amount: number): Promise<void> {
    this.till.total += amount;
  }
  async run({ carelessly }: { carelessly: boolean }): Promise<void> {
    await (carelessly ? this.payCarelessly(10) : this.pay(10));
  }
}

const till = (carelessly: boolean, total: number) =>
  scenario({
    name: 'paying',
    world: () => new Till(),
    sagas: (world) => [new TillSaga(world)],
    async drive(client, world) {
      await client.start(TillSaga, { carelessly }, 'till');
      await client.end(TillSaga, 'till');
      return { total: world.total };
    },
    ends: { total },
    standing: () => (carelessly ? [] : ['paid 10']),
  });

describe('a scenario', () => {
  it('holds where a participant does each request once', async () => {
    expect(await crashEverywhereIn(till(false, 10))).toBeGreaterThan(5);
  });

  it('S3 fails where a step that ran twice is done twice', async () => {
    await runInMemory(till(true, 10));
    await expect(crashEverywhereIn(till(true, 10))).rejects.toThrow('20');
  });

  it('D9 replays what was recorded of it, and fails where its code would not do the same', async () => {
    const { process } = await enact(till(false, 10), 'crashes');
    const [{ summary, turns }] = (await process.histories()) as [RunHistory];
    await process.engine.crash();
    const { saga, version, id, key } = summary;
    const recording = (text: string): Recording => ({
      release: '0.0.0',
      family: 'harness',
      scenario: 'paying',
      runs: [{ saga, version, id, run: key.run, turns: JSON.parse(text) as Turn[] }],
    });
    await replayRecording(recording(JSON.stringify(turns)), till(false, 10));
    const other = JSON.stringify(turns).replace('"pay"', '"payCarelessly"');
    await expect(replayRecording(recording(other), till(false, 10))).rejects.toMatchObject({
      code: 'NON_DETERMINISTIC',
    });
  });

  it('fails when it comes to another end than it states', async () => {
    await expect(runInMemory(till(false, 11))).rejects.toThrow('11');
  });
});
