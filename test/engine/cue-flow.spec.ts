import { event } from 'reprise/contracts';
import { flowOf, type HistoryEvent, type StepInvocation } from 'reprise/core';
import { Saga, StartsOn, Step, type SagaContext } from 'reprise/decorators';
import { z } from 'zod';
import { Lab } from './lab.js';

const Told = event('told', z.object({ by: z.string() }));
const Asked = event('asked', z.object({ who: z.string() }));

interface Part {
  /** How many generations follow. */
  readonly deep: number;
  readonly continues?: boolean;
}

@Saga({ name: 'part' })
class PartSaga {
  @Step({ retry: { attempts: 1 } }) async work(): Promise<void> {}
  async run({ deep, continues = false }: Part, saga: SagaContext): Promise<void> {
    saga.emit(Told, { by: saga.id });
    await this.work();
    if (continues) return saga.continueAsNew({ deep });
    if (deep > 0) await saga.child(PartSaga, { deep: deep - 1, continues: true }, { id: `child of ${saga.id}` });
    await this.work();
    saga.emit(Told, { by: saga.id });
  }
}

@StartsOn(Asked, { id: ({ who }) => who, input: () => ({ deep: 1 }) })
@Saga({ name: 'asked' })
class AskedSaga extends PartSaga {
  override async run(part: Part, saga: SagaContext): Promise<void> {
    await saga.waitFor(Told, { where: { by: 'nobody of this flow' } });
    await super.run(part, saga);
  }
}

describe('the flow of an event', () => {
  const lab = new Lab();
  const work: StepInvocation[] = [];
  beforeAll(() =>
    lab.open([PartSaga, AskedSaga], { bodies: { work: (_args, invocation) => void work.push(invocation) } }),
  );

  /** Who emitted what since the last time, and of which flow. */
  let seen = 0;
  const flows = (): string[] => {
    const published = lab.store.cues.published.slice(seen);
    seen += published.length;
    return published.map(({ payload, flow }) => `${(payload as { by: string }).by}: ${flow}`);
  };

  it('M6 is that of the first saga for its children, for theirs, and for runs that continue as new', async () => {
    await lab.start(PartSaga, { deep: 2 }, 'root');
    const [child, grandchild] = ['child of root', 'child of child of root'];
    expect(flows()).toEqual(['root', child, child, grandchild, grandchild, grandchild, child, 'root'].map(ofRoot));
    const told = new Set(work.map(({ instance, flow }) => `${instance}: ${flow}`));
    expect([...told]).toEqual(['root: undefined', ofRoot(child), ofRoot(grandchild)]);
  });

  it('M6 goes on in a fork, and in what that begins', async () => {
    const fork = async (id: string, step: 'first' | 'last', newId: string): Promise<void> => {
      const events = await lab.events(id);
      const isStep = ({ type }: HistoryEvent): boolean => type === 'StepScheduled';
      const fromEvent = 1 + (step === 'first' ? events.findIndex(isStep) : events.findLastIndex(isStep));
      await lab.done(lab.engine.control.fork(id, { newId, fromEvent, by: 'anna', reason: 'ticket 7' }));
    };
    await fork('child of child of root', 'last', 'fork of a child');
    await fork('root', 'first', 'fork');
    await fork('fork', 'last', 'fork of a fork');
    const [child, grandchild] = ['child of fork', 'child of child of fork'];
    expect(flows()).toEqual(
      ['fork of a child', child, child, grandchild, grandchild, grandchild, child, 'fork', 'fork of a fork'].map(
        ofRoot,
      ),
    );
  });

  it('M6 is that of the cue that started a saga, for its children too, whatever it hears later', async () => {
    await lab.engine.cues.publish('asked', { who: 'bert' }, { flow: 'the flow' });
    await lab.calm();
    await lab.engine.cues.publish('told', { by: 'nobody of this flow' }, { flow: 'another' });
    await lab.calm();
    const child = 'child of bert';
    expect(flows().filter((told) => told.includes('bert'))).toEqual(
      ['bert', child, child, child, 'bert'].map((who) => `${who}: the flow`),
    );
  });

  it('M6 is that of the parent in a history that does not name it', () => {
    expect(flowOf({ parent: { id: 'its parent', run: 'r', call: 0 } }, 'one')).toBe('its parent');
    expect(flowOf({}, 'one')).toBe('one');
  });
});

function ofRoot(who: string): string {
  return `${who}: root`;
}
