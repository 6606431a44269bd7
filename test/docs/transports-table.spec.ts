import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TRANSPORT_CAPABILITIES } from 'reprise/contracts';
import {
  contractTable,
  contractTests,
  runOf,
  tableIn,
  withTable,
  type ContractRun,
} from '../../scripts/contract-table.mjs';
import { Page, ROOT } from './markdown.js';

describe('the table of the contract in docs/transports.md', () => {
  it('has each test that the contract declares, passed on each transport; left out are only those of a broker, where there is none', () => {
    const tests = contractTests(readFileSync(path.join(ROOT, 'test/transport/transport.contract.ts'), 'utf8'));
    const runs = Object.values(TRANSPORT_CAPABILITIES).map(({ name, replicas }): ContractRun => {
      const asked = tests.filter(({ leftOut }) => leftOut === undefined || replicas !== 'connected');
      return { transport: name, statuses: new Map(asked.map(({ title }) => [title, 'passed'])) };
    });
    expect(tests.length).toBeGreaterThan(0);
    // Prettier widens columns. Where it differs: mend what failed, then `npm run transports:table`.
    const narrow = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
    expect(narrow(tableIn(new Page('docs/transports.md').text))).toBe(narrow(contractTable(tests, runs)));
  });
});

describe('the table of a contract', () => {
  const tests = contractTests(`describe('all', () => {
    it('S1 answers', async () => { if (x) return; });
    // Left out where nothing waits.
    if (waits) { it('S2 waits', () => undefined); }
  });`);
  const run = (transport: string, statuses: Record<string, string>): ContractRun =>
    runOf({
      name: 'a.spec.ts',
      assertionResults: Object.entries(statuses).map(([title, status]) => ({
        ancestorTitles: [`steps over ${transport}`],
        title,
        status,
      })),
    });

  it('tells what passed, what failed and what is left out, with the reason', () => {
    const runs = [
      run('TCP', { 'S1 answers': 'passed' }),
      run('NATS', { 'S1 answers': 'failed', 'S2 waits': 'passed' }),
    ];
    const table = contractTable(tests, runs);
    expect(table.split('\n')).toEqual([
      '| test | TCP | NATS |',
      '| --- | --- | --- |',
      '| S1 answers | ✔ | ✘ |',
      '| S2 waits | – | ✔ |',
      '',
      '– means that the contract does not ask for it there:',
      '',
      '- "S2 waits": left out where nothing waits.',
    ]);
    const empty = withTable(page(), table);
    expect(tableIn(empty)).toBe(table);
    expect(withTable(empty, table)).toBe(empty);
    expect(() => withTable('no marks', table)).toThrow('needs these two lines');
  });

  it('is not made of a run that left something out, of a name that nobody declared, or of no run', () => {
    expect(() => contractTable(tests, [run('TCP', { 'S2 waits': 'passed' })])).toThrow('did not run "S1 answers"');
    expect(() => contractTable(tests, [run('TCP', { 'S1 answers': 'pending' })])).toThrow('(pending)');
    expect(() => contractTable(tests, [run('TCP', { 'S9 flies': 'passed' })])).toThrow('does not declare');
    expect(() => run('TCP', {})).toThrow('did not run the contract');
  });

  it('demands one name on every transport, and a reason for what is left out', () => {
    expect(() => contractTests('it(`S1 ${name}`, () => undefined)')).toThrow('same name on every transport');
    expect(() => contractTests(`if (x) it('S1', () => undefined)`)).toThrow('Say in a comment');
  });

  const page = (): string => new Page('docs/transports.md').text;
});
