import { RefusedEnvelopes, type RefusedReport } from './refused-envelopes.js';

describe('envelopes that are refused', () => {
  let now = 0;
  const refused = () => new RefusedEnvelopes(() => now);
  beforeEach(() => void (now = 1_000));

  it('are counted by code, transport and service', () => {
    const counted = refused();
    counted.note('BAD_SIGNATURE', 'NATS');
    now = 2_000;
    counted.note('BAD_SIGNATURE', 'NATS');
    counted.note('BAD_REPLY', 'TCP', 'stock');
    expect(counted.counts()).toEqual([
      { code: 'BAD_SIGNATURE', transport: 'NATS', count: 2, lastAt: 2_000 },
      { code: 'BAD_REPLY', transport: 'TCP', service: 'stock', count: 1, lastAt: 2_000 },
    ]);
    expect([counted.total(), counted.total('BAD_SIGNATURE'), counted.total('BAD_REQUEST_ENVELOPE')]).toEqual([3, 2, 0]);
  });

  it('are reported at once, and then once a minute however many come', () => {
    const counted = refused();
    const reports: RefusedReport[] = [];
    const end = counted.onReport((report) => void reports.push(report));
    for (let second = 0; second < 120; second++) {
      now = second * 1_000;
      for (let times = 0; times < 100; times++) counted.note('BAD_SIGNATURE', 'NATS');
    }
    expect(reports.map(({ since, count }) => [since, count])).toEqual([
      [1, 1],
      [6_000, 6_001],
    ]);
    end();
    now = 1e9;
    counted.note('BAD_SIGNATURE', 'NATS');
    expect(reports).toHaveLength(2);
  });
});
