import { byTurn, FairTurns } from './fair-turns.js';

describe('fair turns', () => {
  it('S10 let keys alternate, however many requests one of them has', () => {
    const turns = new FairTurns();
    const queue = Array.from({ length: 1_000 }, (_, i) => ({ name: `a${i}`, priority: 0, turn: turns.next('a') }));
    for (let i = 0; i < 3; i++) turns.serve(queue.shift()!.turn);
    queue.push(...['b0', 'b1'].map((name) => ({ name, priority: 0, turn: turns.next('b') })));
    expect(
      queue
        .sort(byTurn)
        .slice(0, 5)
        .map(({ name }) => name),
    ).toEqual(['a3', 'b0', 'a4', 'b1', 'a5']);
  });

  it('give a key that comes late its turn at once, and no more than that', () => {
    const turns = new FairTurns();
    turns.next('a');
    turns.serve(10);
    expect([turns.next('b'), turns.next('a'), turns.next('a')]).toEqual([11, 11, 12]);
  });

  it('put priority first', () => {
    const urgent = { priority: 1, turn: 9 };
    const next = { priority: 0, turn: 1 };
    expect([next, urgent].sort(byTurn)).toEqual([urgent, next]);
  });

  it('forget keys that owe nothing', () => {
    const turns = new FairTurns();
    for (let i = 0; i < 5_000; i++) turns.serve(turns.next(`customer ${i}`));
    expect((turns as unknown as { last: Map<string, number> }).last.size).toBeLessThan(1_001);
  });
});
