import { milliseconds, stepPolicy, type Duration } from 'reprise/core';
import { MENDED_BY_DEPLOY } from '../../libs/runtime/src/mended-by-deploy.js';
import { Page } from './markdown.js';

/** `30 s`, `15 min`, `10` and `none` as the policy has them. */
function valueOf(cell: string): number {
  if (/^(none|without end)$/.test(cell)) return Infinity;
  return /[a-z]/.test(cell) ? milliseconds(cell.replace('min', 'minutes') as Duration) : Number(cell);
}

describe('the documentation', () => {
  it('has the defaults of a step’s policy', () => {
    const rows = new Page('docs/steps.md').tableRows.map(
      ([option, ...defaults]) => [/^`(?:retry\.)?(\w+)`:/.exec(option!)?.[1], ...defaults] as const,
    );
    const documented = (column: 1 | 2): object =>
      Object.fromEntries(rows.flatMap((row) => (row[0] ? [[row[0], valueOf(row[column]!)]] : [])));
    expect({ ...documented(1), asksPerson: false }).toEqual(stepPolicy());
    expect({ ...documented(2), asksPerson: true }).toEqual(stepPolicy({}, 'compensation'));
  });

  it('names the incidents that a deploy mends', () => {
    const row = new Page('docs/operations.md').tableRows.find(([, who]) => who?.startsWith('a deploy'));
    const named = [...row![0]!.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]);
    expect(named.sort()).toEqual([...MENDED_BY_DEPLOY].sort());
  });
});
