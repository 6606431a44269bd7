import { Saga, Step } from 'reprise/decorators';
import { Lab } from './lab.js';

@Saga({ name: 'long' })
class Long {
  @Step() async work(): Promise<string> {
    return 'x';
  }
  async run(times: number): Promise<void> {
    for (let i = 0; i < times; i++) await this.work();
  }
}

/** How often the log warned of a history of that many steps, which are answered so. */
async function warnings(historyWarning: object, times = 50, answer = 'x'): Promise<number> {
  const lab = new Lab();
  await lab.open([Long], { historyWarning, bodies: { work: () => answer } });
  await lab.start(Long, times);
  await lab.advance(1_000);
  expect(await lab.status()).toBe('completed');
  return lab.warnings.filter((text) => text.includes('continueAsNew')).length;
}

describe('I2 a long history', () => {
  it('is warned of when it is long, and each time it has doubled', async () => {
    expect(await warnings({})).toBe(0);
    expect(await warnings({ events: 40 })).toBe(2);
    expect(await warnings({ events: 10 })).toBe(4);
    expect(await warnings({ events: Infinity })).toBe(0);
  });

  it('is warned of when it is large', async () => {
    expect(await warnings({ characters: 100_000 }, 25, 'x'.repeat(10_000))).toBe(2);
    expect(await warnings({ characters: 1_000_000 }, 25, 'x'.repeat(10_000))).toBe(0);
  });

  it('is warned of by whoever takes it up', async () => {
    const lab = new Lab();
    let calls = 0;
    const bodies = { work: () => (++calls > 10 ? new Promise(() => undefined) : 'x'.repeat(10_000)) };
    const warned = (): number => lab.warnings.filter((text) => text.includes('continueAsNew')).length;
    await lab.open([Long], { historyWarning: { characters: 30_000 }, bodies });
    await lab.start(Long, 50);
    expect(warned()).toBe(2);
    await lab.open([Long], { historyWarning: { characters: 30_000 }, bodies });
    await lab.calm();
    expect(warned()).toBe(3);
  });
});
