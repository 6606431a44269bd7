import { readFileSync } from 'node:fs';
import path from 'node:path';
import { METRICS, type Metric } from 'reprise/runtime';
import { ROOT } from './markdown.js';

const read = (name: string): string => readFileSync(path.join(ROOT, 'docs/metrics', name), 'utf8');

describe('the dashboard and the alert rules', () => {
  const known = Object.values<Metric>(METRICS).flatMap(({ name, kind }) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );

  it.each(['grafana.json', 'alerts.yaml'])('use only metrics that exist: %s', (name) => {
    const used = read(name).match(/\bsaga_[a-z_]+/g)!;
    expect(used.filter((metric) => !known.includes(metric))).toEqual([]);
  });

  it('show every metric, and say of every alert what to do', () => {
    const shown = read('grafana.json') + read('alerts.yaml');
    const names = Object.values<Metric>(METRICS).map(({ name }) => name);
    expect(names.filter((name) => !shown.includes(name))).toEqual([]);
    const alerts = read('alerts.yaml').split('- alert:').slice(1);
    expect(alerts.length).toBeGreaterThan(5);
    expect(alerts.filter((alert) => !/summary: .*\n\s*runbook: \S+/.test(alert))).toEqual([]);
  });
});
