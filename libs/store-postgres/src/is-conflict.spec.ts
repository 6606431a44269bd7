import { isConflict } from './is-conflict.js';

const coded = (code: string): Error => Object.assign(new Error('from the driver'), { code });

describe('a conflict', () => {
  it.each(['40001', '40P01'])(
    'is the SQLSTATE %s, as it came, or wrapped by TypeORM, the store or the application',
    (code) => {
      expect(isConflict(coded(code))).toBe(true);
      expect(isConflict(Object.assign(new Error('failed'), { driverError: coded(code) }))).toBe(true);
      expect(isConflict(new Error('outer', { cause: new Error('inner', { cause: coded(code) }) }))).toBe(true);
    },
  );

  it('is nothing else', () => {
    const circle = new Error('circle');
    circle.cause = circle;
    for (const other of [coded('23505'), coded('25P02'), new Error('plain'), circle, 'text', null, undefined, 40001]) {
      expect(isConflict(other)).toBe(false);
    }
  });
});
