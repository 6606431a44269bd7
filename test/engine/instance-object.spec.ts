import { sagaDefinition, Query, Saga, Signal, Step } from 'reprise/decorators';
import type { SagaContext } from 'reprise/core';
import { Lab } from './lab.js';

class Gateway {
  charged: number[] = [];
  charge(amount: number): number {
    this.charged.push(amount);
    return amount * 2;
  }
}

type Offence = 'run' | 'signal' | 'query' | 'caught' | 'none';

@Saga({ name: 'fields' })
class Fields {
  phase = 'new';
  readonly log: string[] = [];
  constructor(private readonly gateway: Gateway) {}

  @Step() async charge(amount: number): Promise<number> {
    this.phase = 'set by the body';
    return this.gateway.charge(amount);
  }
  @Step() async both(amount: number): Promise<unknown> {
    return [await this.charge(amount), this.phase];
  }
  @Signal() poke(): void {
    this.gateway.charge(1);
  }
  @Signal() write(line: string): void {
    this.log.push(line);
  }
  @Query() peek(): unknown {
    return this.gateway.charge(2);
  }
  @Query() fields(): unknown {
    return { phase: this.phase, log: this.log };
  }
  async run(offence: Offence, saga: SagaContext): Promise<unknown> {
    this.phase = 'charging';
    const charged = await this.both(10);
    this.phase = 'charged';
    if (offence === 'run') this.gateway.charge(3);
    if (offence === 'caught') {
      try {
        this.gateway.charge(3);
      } catch {
        // The code may not know better; the engine does.
      }
    }
    await saga.until(() => this.log.length > 1);
    return { charged, log: this.log };
  }
}

async function begin(offence: Offence) {
  const lab = new Lab();
  const gateway = new Gateway();
  const provider = new Fields(gateway);
  await lab.open([Fields], { provider });
  await lab.start(Fields, offence);
  const query = (name: string, id = 'one') => lab.engine.query(sagaDefinition(Fields), id, name, []);
  return { lab, gateway, provider, query };
}

describe('D6 the object that runs run()', () => {
  it('D6 S8 step bodies see real services and the provider, not the fields of the instance; a body called by a body is part of it', async () => {
    const { lab, gateway, provider, query } = await begin('none');
    expect(gateway.charged).toEqual([10]);
    expect(provider.phase).toBe('set by the body');
    expect(await query('fields')).toEqual({ phase: 'charged', log: [] });
    expect(await lab.eventsOf('StepScheduled')).toMatchObject([{ step: 'both' }]);
    expect(await lab.eventsOf('StepCompleted')).toMatchObject([{ result: [20, 'set by the body'] }]);
  });

  it('S8 a step body called outside a saga is an ordinary method call', async () => {
    const gateway = new Gateway();
    await expect(new Fields(gateway).charge(4)).resolves.toBe(8);
  });

  it('D6 two instances share no fields, and replay rebuilds them', async () => {
    const { lab, provider, query } = await begin('none');
    await lab.start(Fields, 'none', 'two');
    await lab.engine.signal('one', 'write', ['first']);
    await lab.calm();
    expect(await query('fields')).toEqual({ phase: 'charged', log: ['first'] });
    expect(await query('fields', 'two')).toEqual({ phase: 'charged', log: [] });
    await lab.open([Fields], { provider });
    await lab.calm();
    expect(await query('fields')).toEqual({ phase: 'charged', log: ['first'] });
    await lab.engine.signal('one', 'write', ['second']);
    await lab.calm();
    await expect(lab.result(Fields)).resolves.toEqual({ charged: [20, 'set by the body'], log: ['first', 'second'] });
    expect(provider.log).toEqual([]);
  });

  it.each<Offence>(['run', 'caught'])('D6 a service touched by run() parks the instance (%s)', async (offence) => {
    const { lab, gateway } = await begin(offence);
    expect(await lab.incident()).toMatch(/^INJECTED_SERVICE_TOUCHED.*Gateway\.charge.*Wrap it in a @Step/);
    expect(gateway.charged).toEqual([10]);
  });

  it('D6 M1 a service touched by a signal parks the instance, and the signal is kept', async () => {
    const { lab } = await begin('none');
    await lab.engine.signal('one', 'poke', []);
    await lab.calm();
    expect(await lab.incident()).toMatch('INJECTED_SERVICE_TOUCHED');
    expect(await lab.eventsOf('SignalReceived')).toHaveLength(1);
  });

  it('D6 M2 a service touched by a query is an error to whoever asks, and leaves no trace', async () => {
    const { lab, query } = await begin('none');
    await expect(query('peek')).rejects.toMatchObject({ code: 'INJECTED_SERVICE_TOUCHED' });
    await lab.engine.signal('one', 'write', ['still']);
    await lab.engine.signal('one', 'write', ['alive']);
    await lab.calm();
    expect(await lab.status()).toBe('completed');
    await expect(query('peek')).rejects.toMatchObject({ code: 'INJECTED_SERVICE_TOUCHED' });
  });
});
