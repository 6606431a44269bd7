import { SHARDS, shardOf } from './shard.js';
import { SeededRandom } from './seeded-random.js';

/** Values that histories were written with: a change of these breaks every instance that is in flight. */
describe('what is part of the stored data', () => {
  it('D7 random() and uuid() of a run', () => {
    const random = new SeededRandom('00000000-0000-7000-8000-000000000001');
    expect([random.next(), random.next(), random.uuid(), random.next(), random.uuid()]).toMatchInlineSnapshot(`
      [
        0.6813907632604241,
        0.7475887821055949,
        "93d8631a-1caf-40ce-ae0c-e765bfa0ae27",
        0.2896806637290865,
        "ff53a939-6b1d-4a7c-80f0-c90edb02c5ec",
      ]
    `);
    expect(new SeededRandom('').next()).toMatchInlineSnapshot(`0.21725385915488005`);
  });

  it('D7 spreads evenly, and makes UUIDs of version 4', () => {
    const random = new SeededRandom('seed');
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) buckets[Math.floor(random.next() * 10)]!++;
    for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    const uuids = Array.from({ length: 1_000 }, () => random.uuid());
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uuids).size).toBe(1_000);
  });

  it('D7 differs between runs whose ids differ in one character', () => {
    const first = Array.from({ length: 256 }, (_, i) => new SeededRandom(`run-${i}`).next());
    expect(new Set(first).size).toBe(256);
  });

  it('the shard of an id', () => {
    expect(SHARDS).toBe(64);
    const ids = ['', 'a', 'order-1', 'order-2', 'order-17', 'Ünïcödé 💶'];
    expect(Object.fromEntries(ids.map((id) => [id, shardOf(id)]))).toMatchInlineSnapshot(`
      {
        "": 5,
        "a": 44,
        "order-1": 45,
        "order-17": 46,
        "order-2": 52,
        "Ünïcödé 💶": 33,
      }
    `);
  });

  it('spreads ids over all shards', () => {
    const used = new Set(Array.from({ length: 2_000 }, (_, i) => shardOf(`order-${i}`)));
    expect(used.size).toBe(SHARDS);
  });
});
