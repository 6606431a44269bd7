import { encodeTag, type InstanceFilter, type Tags, type TagValue, type TurnAppend } from 'reprise/core';
import { type StoreBench } from './store-bench.js';
import { turnOf } from './sample-turns.js';

export function describeTags(bench: StoreBench): void {
  const dueAt = new Date('2031-02-03T04:05:06.789Z');

  async function found(filter: InstanceFilter): Promise<string[]> {
    const { instances } = await bench.store.catalogue.list(filter, 100);
    return instances.map(({ id }) => id).sort();
  }
  function equals(name: string, value: TagValue): InstanceFilter {
    return { tags: [{ name, equals: encodeTag(name, value) }] };
  }
  function idOf(...starts: TurnAppend[]): string[] {
    return starts.map(({ start }) => start!.id).sort();
  }
  async function tag(start: TurnAppend, seq: number, tags: Tags): Promise<void> {
    const turn = turnOf(start, seq, { head: { status: 'running', retrying: false, tags } });
    expect(await bench.store.append(bench.worker, [turn])).toEqual(['appended']);
  }

  describe('tags', () => {
    it('keep their types', async () => {
      const tags = { name: 'nul \u0000, half \ud800, "quoted"', total: 12.5, whole: 3, draft: false, dueAt };
      const start = await bench.started({ tags });
      expect((await bench.find(start))!.tags).toEqual(tags);
      for (const [name, value] of Object.entries(tags)) expect(await found(equals(name, value))).toEqual(idOf(start));
    });

    it('are found by value and type: the text "1" is not the number, and a date is not its text', async () => {
      const text = await bench.started({ tags: { value: '1' } });
      const number = await bench.started({ tags: { value: 1 } });
      const date = await bench.started({ tags: { value: dueAt } });
      const written = await bench.started({ tags: { value: dueAt.toISOString() } });
      expect(await found(equals('value', '1'))).toEqual(idOf(text));
      expect(await found(equals('value', 1))).toEqual(idOf(number));
      expect(await found(equals('value', dueAt))).toEqual(idOf(date));
      expect(await found(equals('value', dueAt.toISOString()))).toEqual(idOf(written));
      expect(await found(equals('value', true))).toEqual([]);
      expect(await found(equals('toString', 1))).toEqual([]);
    });

    it('compare as numbers and as dates, from the one end up to but not including the other', async () => {
      const [two, ten] = [await bench.started({ tags: { n: 2 } }), await bench.started({ tags: { n: 10 } })];
      const date = await bench.started({ tags: { n: new Date(5) } });
      await bench.started({ tags: { n: '5' } });
      const within = (kind: 'number' | 'date', from?: number, to?: number): Promise<string[]> =>
        found({
          tags: [
            {
              name: 'n',
              kind,
              within: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
            },
          ],
        });
      expect(await within('number', 2, 10)).toEqual(idOf(two));
      expect(await within('number', 3)).toEqual(idOf(ten));
      expect(await within('number', undefined, 10.5)).toEqual(idOf(two, ten));
      expect(await within('date', 0, 6)).toEqual(idOf(date));
    });

    it('must all hold, whichever of them is rare', async () => {
      const both = await bench.started({ tags: { region: 'eu', customer: 'anna', total: 5 } });
      await bench.started({ tags: { region: 'eu', customer: 'bert', total: 5 } });
      await bench.started({ tags: { region: 'us', customer: 'anna', total: 5 } });
      const conditions = [...equals('region', 'eu').tags!, ...equals('customer', 'anna').tags!];
      expect(await found({ tags: conditions })).toEqual(idOf(both));
      expect(await found({ tags: [...conditions].reverse() })).toEqual(idOf(both));
      const inRange = { name: 'total', kind: 'number', within: { to: 5 } } as const;
      expect(await found({ tags: [...conditions, inRange] })).toEqual([]);
      expect(await found({ ...equals('region', 'eu'), sagas: ['Refund'] })).toEqual([]);
    });

    it('change with a turn, and with nothing else', async () => {
      const start = await bench.started({ tags: { stage: 'new', customer: 'anna' } });
      await tag(start, 1, { stage: 'paid', total: 12 });
      expect((await bench.find(start))!.tags).toEqual({ stage: 'paid', total: 12 });
      expect(await found(equals('stage', 'paid'))).toEqual(idOf(start));
      expect(await found(equals('stage', 'new'))).toEqual([]);
      expect(await found(equals('customer', 'anna'))).toEqual([]);
      await bench.store.append(bench.worker, [turnOf(start, 2, { head: { status: 'running', retrying: true } })]);
      await bench.store.append(bench.worker, [turnOf(start, 3)]);
      expect((await bench.find(start))!.tags).toEqual({ stage: 'paid', total: 12 });
      await tag(start, 4, {});
      expect((await bench.find(start))!.tags).toEqual({});
      expect(await found(equals('stage', 'paid'))).toEqual([]);
    });

    it('of a first turn that changes them already are those after the turn', async () => {
      const head = { status: 'running' as const, retrying: false, tags: { customer: 'anna', stage: 'paid' } };
      const start = await bench.started({ tags: { customer: 'anna' } }, { head });
      expect((await bench.find(start))!.tags).toEqual(head.tags);
      expect(await found(equals('stage', 'paid'))).toEqual(idOf(start));
    });

    it('W2 do not change with a turn that is refused, nor twice with one that is repeated', async () => {
      const start = await bench.started({ tags: { stage: 'new' } });
      const head = { status: 'running' as const, retrying: false, tags: { stage: 'paid' } };
      const other = await bench.newWorker();
      expect(await bench.store.append(other, [turnOf(start, 1, { head })])).toEqual(['refused']);
      expect(await found(equals('stage', 'new'))).toEqual(idOf(start));
      const turns = [turnOf(start, 1, { head })];
      expect(await bench.store.append(bench.worker, turns)).toEqual(['appended']);
      expect(await bench.store.append(bench.worker, turns)).toEqual(['repeated']);
      expect(await found(equals('stage', 'paid'))).toEqual(idOf(start));
    });

    it('come along with turns that have none, and with starts that fail', async () => {
      const old = await bench.started({ tags: { batch: 1 } });
      const untagged = await bench.started();
      const head = { status: 'completed' as const, retrying: false };
      const twin = { ...old, key: { ...old.key, run: '00000000-0000-7000-8000-00000000abcd' } };
      const outcomes = await bench.store.append(bench.worker, [
        turnOf(untagged, 1, { head }),
        turnOf(old, 1, { head: { ...head, tags: { batch: 2 } } }),
        { ...twin, start: { ...twin.start!, tags: { batch: 3 } } },
      ]);
      expect(outcomes).toEqual(['appended', 'appended', 'duplicate']);
      expect(await found(equals('batch', 2))).toEqual(idOf(old));
      expect(await found(equals('batch', 3))).toEqual([]);
    });
  });
}
