import path from 'node:path';
import { exists, Page, pages } from './markdown.js';

const all = pages();

describe('the documentation', () => {
  it('has links that lead somewhere', () => {
    const broken = all.flatMap((page) =>
      page.links.filter((link) => !leads(page, link)).map((l) => `${page.file}: ${l}`),
    );
    expect(broken).toEqual([]);
  });

  it('can be reached from the README, page by page', () => {
    const seen = new Set<string>(['README.md']);
    for (const file of seen) {
      for (const link of new Page(file).links) {
        const target = targetOf(file, link);
        if (target?.endsWith('.md') && exists(target)) seen.add(target);
      }
    }
    const decisions = (file: string): boolean => file.startsWith('docs/decisions/');
    expect(all.map(({ file }) => file).filter((file) => !seen.has(file) && !decisions(file))).toEqual([]);
  });

  it('numbers its decisions without a gap', () => {
    const numbers = all.flatMap(({ file }) => /^docs\/decisions\/(\d+)-/.exec(file)?.[1] ?? []).sort();
    expect(numbers.map(Number)).toEqual(numbers.map((_, i) => i + 1));
  });
});

function targetOf(file: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [place] = link.split('#');
  return place === '' ? file : path.posix.join(path.posix.dirname(file), place!);
}

function leads(page: Page, link: string): boolean {
  const target = targetOf(page.file, link);
  if (target === undefined) return true;
  if (!exists(target)) return false;
  const anchor = link.split('#')[1];
  return anchor === undefined || !target.endsWith('.md') || new Page(target).anchors.includes(anchor);
}
