import { reprise } from './run-cli.js';
import { Seeded } from './seeded.js';
import { until } from './until.js';

const APP = 'test/cli/order.saga.ts#OrderModule';

describe('the commands about instances', () => {
  const seeded = new Seeded();
  beforeAll(() => seeded.open());
  afterAll(() => seeded.close());
  const ask = (...args: string[]) => reprise([...args, ...seeded.database]);
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await ask(...args, '--json')).out);

  it('W1 tell who is alive and what is due', async () => {
    expect(await json('status')).toMatchObject({
      workers: [{ hosted: [{ saga: 'order.place', version: 1 }] }],
      instances: [
        { status: 'running', count: 1, exact: true },
        { status: 'incident', count: 1 },
        { status: 'completed', count: 1 },
      ],
      stranded: [],
    });
  });

  it('list and show instances', async () => {
    expect(await json('list', '--state', 'completed')).toMatchObject([{ id: 'order-17', tags: { customer: 'ada' } }]);
    expect((await ask('list')).out.split('\n')).toHaveLength(1 + 3 + 1);
    expect(await json('incidents')).toMatchObject([{ id: 'order-19', error: { code: 'STEP_OUTCOME_UNKNOWN' } }]);
    expect(await json('show', 'order-17')).toMatchObject({
      status: 'completed',
      steps: [
        { call: 0, step: 'charge', state: 'completed' },
        { call: 1, step: 'ship', state: 'completed' },
      ],
    });
    expect((await ask('show', 'nobody')).code).toBe(4);
  });

  it('show a history without its payloads, unless they are asked for', async () => {
    const { out } = await ask('history', 'order-17');
    expect(out).toMatch(/StepScheduled #0 +step=charge/);
    expect(out).not.toContain('ada');
    expect((await ask('history', 'order-17', '--payloads')).out).toContain('"ada"');
  });

  it('M2 ask a query of the code, and M1 send a signal', async () => {
    await seeded.start('order-20', { customer: 'eve', total: 9_000, kind: 'large' });
    const query = ['query', 'order-20', 'approval', '--app', APP];
    expect(await json(...query)).toEqual({ by: 'nobody' });
    expect(await ask('signal', 'order-20', 'aprove', '"ann"', '--app', APP)).toMatchObject({
      code: 2,
      err: expect.stringContaining('It has approve.'),
    });
    expect((await ask('signal', 'order-20', 'approve', 'ann')).err).toContain('is no JSON');
    expect((await ask('signal', 'order-20', 'approve', '"ann"')).out).toBe('order-20 has signal approve\n');
    const watched = await ask('watch', 'order-20', '--every', '100ms');
    expect(watched.code).toBe(0);
    expect(watched.out).toMatch(/SignalReceived +name=approve[^]*SagaCompleted\n$/);
    expect(await json(...query)).toEqual({ by: 'ann' });
  });

  it('act on instances, with who and why in the history', async () => {
    const operator = ['--by', 'anna', '--reason', 'ticket 7'];
    expect((await ask('pause', 'order-18')).err).toContain('pause needs --reason');
    expect(await ask('pause', 'order-18', ...operator)).toEqual({
      code: 0,
      out: 'pause order-18: done, as anna\n',
      err: '',
    });
    await until(async () => (await seeded.engine.describe('order-18')).status === 'paused');
    expect((await ask('resume', 'order-18', ...operator)).code).toBe(0);
    expect((await ask('cancel', 'order-18', ...operator)).code).toBe(0);
    expect((await ask('watch', 'order-18', '--every', '100ms')).code).toBe(1);
    expect(await json('show', 'order-18')).toMatchObject({ status: 'cancelled' });
    expect((await ask('cancel', 'order-18', ...operator)).code).toBe(4);
    expect((await ask('complete', 'order-19', '1', '"by hand"', ...operator)).code).toBe(0);
    expect(await seeded.engine.result('order-19')).toEqual({ parcel: 'by hand' });
    const acted = (await seeded.engine.history('order-19')).flatMap(({ events }) =>
      events.filter(({ type }) => type === 'OperatorActed'),
    );
    expect(acted).toEqual([{ type: 'OperatorActed', action: 'complete', by: 'anna', reason: 'ticket 7', call: 1 }]);
  });
});
