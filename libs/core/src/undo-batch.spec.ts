import type { PlannedUndo } from './compensation-plan.js';
import { undoBatch } from './undo-batch.js';

/** A plan of undos in these groups, newest first; `-` stands for none. */
const plan = (groups: string): PlannedUndo[] =>
  [...groups].map(
    (group, call) => ({ target: { call }, compensation: group === '-' ? {} : { group } }) as unknown as PlannedUndo,
  );
const sizeOf = (groups: string, compensation?: 'sequential' | 'parallel'): number =>
  undoBatch(plan(groups), compensation ? { compensation } : {}).length;

describe('C2 what is undone at the same time', () => {
  it.each<[string, number]>([
    ['', 0],
    ['-', 1],
    ['--', 1],
    ['a', 1],
    ['aa', 2],
    ['aab', 2],
    ['aa-a', 2],
    ['-aa', 1],
    ['aba', 1],
  ])('of "%s" one after the other are the %d newest', (groups, size) => {
    expect(sizeOf(groups)).toBe(size);
    expect(sizeOf(groups, 'sequential')).toBe(size);
  });

  it('is everything in a saga that undoes in parallel, whatever its groups are', () => {
    expect(sizeOf('a-ba', 'parallel')).toBe(4);
    expect(sizeOf('', 'parallel')).toBe(0);
  });
});
