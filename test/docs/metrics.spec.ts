import { METRICS, type Metric } from 'reprise/runtime';
import { Page } from './markdown.js';

describe('docs/metrics.md', () => {
  it('has every metric with its kind, labels and meaning, and no other', () => {
    const rows = new Page('docs/metrics.md').tableRows.filter(([name]) => name!.startsWith('`saga_'));
    const documented = rows.map(([name, kind, labels, help]) => [
      name!.replaceAll('`', ''),
      kind,
      labels!.replaceAll('`', ''),
      help,
    ]);
    const measured = Object.values<Metric>(METRICS).map(({ name, kind, labels, help }) => [
      name,
      kind,
      labels.join(', '),
      help,
    ]);
    expect(documented).toEqual(measured);
  });

  it('has names and labels as Prometheus wants them: base units, `_total` for counters alone, never an id', () => {
    for (const { name, kind, labels } of Object.values<Metric>(METRICS)) {
      expect(name).toMatch(/^saga_[a-z]+(_[a-z]+)*$/);
      expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter']);
      expect(labels.filter((label) => /(^|_)(id|run|key|tag)$/.test(label))).toEqual([]);
    }
  });
});
