import { Turnstile } from './turnstile.js';

/** Somebody inside who leaves when the test says so. */
function visitor(turnstile: Turnstile, name: string, inside: string[]) {
  let leave!: (error?: Error) => void;
  const left = turnstile.pass(
    () =>
      new Promise<string>((resolve, reject) => {
        inside.push(name);
        leave = (error) => (error ? reject(error) : resolve(name));
      }),
  );
  return { left, leave: (error?: Error) => leave(error) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a turnstile', () => {
  it('lets so many in, and the others in order as room is made, also by one that failed', async () => {
    const turnstile = new Turnstile(() => 2);
    const inside: string[] = [];
    const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map((name) => visitor(turnstile, name, inside));
    await settled();
    expect(inside).toEqual(['a', 'b']);
    second!.leave(new Error('fell'));
    await expect(second!.left).rejects.toThrow('fell');
    await settled();
    expect(inside).toEqual(['a', 'b', 'c']);
    first!.leave();
    await expect(first!.left).resolves.toBe('a');
    await settled();
    expect(inside).toEqual(['a', 'b', 'c', 'd']);
    third!.leave();
    fourth!.leave();
    await Promise.all([third!.left, fourth!.left]);
    const fifth = visitor(turnstile, 'e', inside);
    await settled();
    expect(inside.at(-1)).toBe('e');
    fifth.leave();
    await fifth.left;
  });

  it('lets nobody wait for longer than they want to', async () => {
    const turnstile = new Turnstile(() => 1);
    const inside: string[] = [];
    const first = visitor(turnstile, 'a', inside);
    const impatient = turnstile.pass(
      async () => void inside.push('b'),
      5,
      () => new Error('too long'),
    );
    await expect(impatient).rejects.toThrow('too long');
    const patient = visitor(turnstile, 'c', inside);
    first.leave();
    await first.left;
    await settled();
    patient.leave();
    await patient.left;
    expect(inside).toEqual(['a', 'c']);
  });
});
