import { type SagaContext } from 'reprise/core';
import { Compensate, Saga, sagaDefinition, Step } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Deferred } from './deferred.js';
import { Lab, type Body } from './lab.js';

class Declined extends Error {
  override readonly name = 'Declined';
}

interface Calls {
  plain(name: string): Promise<unknown>;
  grouped(name: string): Promise<unknown>;
  other(name: string): Promise<unknown>;
  saga: SagaContext;
}
let program: (calls: Calls) => Promise<unknown>;

@Saga({ name: 'grouped' })
class Grouped {
  @Step() async plain(_name: string): Promise<unknown> {
    return undefined;
  }
  @Compensate('plain') async undoPlain(_result: unknown, _name: string): Promise<void> {}
  @Step({ errors: [Declined], timeout: '10s', retry: false }) async grouped(_name: string): Promise<unknown> {
    return undefined;
  }
  @Compensate('grouped', { group: 'g', retry: { attempts: 1 } })
  async undoGrouped(_result: unknown, _name: string): Promise<void> {}
  @Step() async other(_name: string): Promise<unknown> {
    return undefined;
  }
  @Compensate('other', { group: 'g' }) async undoOther(_result: unknown, _name: string): Promise<void> {}
  async run(_input: unknown, saga: SagaContext): Promise<unknown> {
    return program({
      saga,
      plain: (name) => this.plain(name),
      grouped: (name) => this.grouped(name),
      other: (name) => this.other(name),
    });
  }
}

/** The same without groups, all at once. */
@Saga({ name: 'parallel', compensation: 'parallel' })
class Parallel extends Grouped {}

/** Begins the program with undos that the test settles, by the name of the step. */
async function begin(
  next: (calls: Calls) => Promise<unknown>,
  bodies: Record<string, Body> = {},
  sagaClass: typeof Grouped = Grouped,
) {
  program = next;
  const lab = new Lab();
  const undos = new Deferred();
  const undo: Body = ([, name]) => undos.body(String(name))();
  const all = { undoPlain: undo, undoGrouped: undo, undoOther: undo, ...bodies };
  await lab.open([sagaClass], { bodies: all });
  await lab.start(sagaClass);
  const undone = async (name: string): Promise<void> => {
    undos.resolve(name);
    await lab.calm();
  };
  return { lab, undos, undone, bodies: all, sagaClass };
}

const no = (): never => {
  throw new Error('no');
};

async function all({ plain, grouped, other }: Calls): Promise<void> {
  await plain('a');
  await grouped('b');
  await other('c');
  await plain('d');
  await grouped('e');
  no();
}

describe('C2 compensations of one group', () => {
  it('are undone at the same time where they are neighbours, and what is older waits for all of them', async () => {
    const { lab, undos, undone } = await begin(all);
    expect(undos.names).toEqual(['e']);
    await undone('e');
    expect(undos.names).toEqual(['d']);
    await undone('d');
    expect(undos.names).toEqual(['c', 'b']);
    await undone('b');
    expect(undos.names).toEqual(['c']);
    await undone('c');
    expect(undos.names).toEqual(['a']);
    await undone('a');
    await expect(lab.result(Grouped)).rejects.toThrow('no');
    const undoes = (await lab.eventsOf('StepScheduled')).flatMap((event) => event.undoes ?? []);
    expect(undoes).toEqual([4, 3, 2, 1, 0]);
  });

  it('are all of them in a saga that compensates in parallel', async () => {
    const { lab, undos, undone } = await begin(all, {}, Parallel);
    expect(undos.names).toEqual(['e', 'd', 'c', 'b', 'a']);
    for (const name of ['c', 'a', 'e', 'b', 'd']) await undone(name);
    await expect(lab.result(Parallel)).rejects.toThrow('no');
  });

  it('C3 begin as soon as their step has an outcome, while their neighbours are being undone', async () => {
    const steps = new Deferred();
    const { lab, undos, undone } = await begin(
      async ({ plain, grouped, other }) => {
        await plain('a');
        await Promise.all([grouped('b'), grouped('c'), other('d').then(no)]);
      },
      { grouped: steps.byArgument },
    );
    expect(undos.names).toEqual(['d']);
    steps.resolve('b', 'B');
    await lab.calm();
    expect(undos.names).toEqual(['d', 'b']);
    await undone('d');
    await undone('b');
    expect(undos.names).toEqual([]);
    steps.reject('c', new Declined('sold out'));
    await lab.calm();
    expect(undos.names).toEqual(['a']);
    await undone('a');
    await expect(lab.result(Grouped)).rejects.toThrow('no');
  });

  it('S7 undo a late success again, before what is older', async () => {
    const steps = new Deferred();
    const { lab, undos, undone } = await begin(
      async ({ plain, grouped }) => {
        await plain('a');
        await Promise.all([grouped('b'), grouped('c')]);
      },
      { grouped: steps.byArgument },
    );
    steps.resolve('b', 'B');
    await lab.advance(10_000);
    expect(undos.names).toEqual(['c', 'b']);
    await undone('c');
    steps.resolve('c', 'C');
    await lab.calm();
    expect(undos.names).toEqual(['b']);
    await undone('b');
    expect(undos.names).toEqual(['c']);
    await undone('c');
    expect(undos.names).toEqual(['a']);
    await undone('a');
    await expect(lab.result(Grouped)).rejects.toThrow();
  });

  it('C4 go on while one of them has given up, and what is older waits until a person has helped', async () => {
    const { lab, undos, undone } = await begin(async ({ plain, grouped, other }) => {
      await plain('a');
      await other('b');
      await grouped('c');
      await other('d');
      no();
    });
    expect(undos.names).toEqual(['d', 'c', 'b']);
    undos.reject('c', new Error('down'));
    await lab.calm();
    expect(await lab.incident()).toMatch(/COMPENSATION_GAVE_UP.*"undoGrouped" of call 2.*down/);
    await undone('d');
    await undone('b');
    expect(undos.names).toEqual([]);
    await lab.engine.resume('one', 'ann');
    await lab.calm();
    expect(undos.names).toEqual(['c']);
    await undone('c');
    await undone('a');
    await expect(lab.result(Grouped)).rejects.toThrow('no');
  });

  it('C2 are undone together by saga.compensate() too, a cancellation meanwhile comes after them', async () => {
    const { lab, undos, undone } = await begin(async ({ saga, plain, grouped, other }) => {
      await plain('a');
      await Promise.all([grouped('b'), other('c')]);
      await saga.compensate();
      return 'went on';
    });
    expect(undos.names).toEqual(['c', 'b']);
    await lab.engine.cancel('one', 'enough');
    await undone('b');
    await undone('c');
    expect(undos.names).toEqual(['a']);
    await undone('a');
    await expect(lab.result(Grouped)).rejects.toThrow('cancelled');
  });

  it('C4 are taken up again together after a crash, those that are done are not', async () => {
    const { lab, undos, undone, bodies } = await begin(all, {}, Parallel);
    for (const name of ['a', 'd']) await undone(name);
    const before = undos.names.length;
    await lab.open([Parallel], { bodies });
    await lab.calm();
    expect(undos.names.slice(before)).toEqual(['e', 'c', 'b']);
    for (const name of ['e', 'c', 'b']) {
      // The attempts of the process that died never answer to anybody.
      undos.resolve(name);
      await undone(name);
    }
    await expect(lab.result(Parallel)).rejects.toThrow('no');
  });

  it.each([Grouped, Parallel])('come to the same end wherever the process dies: %p', async (sagaClass) => {
    program = all;
    const test = testSaga(sagaClass)
      .step('plain', (name) => name)
      .step('grouped', (name) => name)
      .step('other', (name) => name)
      .undo('undoPlain', () => undefined)
      .undo('undoGrouped', () => undefined)
      .undo('undoOther', () => undefined);
    const { points, end } = await crashEverywhere(test, undefined, (run) => run.advance('1 minute'));
    expect(points).toBeGreaterThan(20);
    expect(end).toMatchObject({ status: 'compensated', error: 'no' });
    expect([...end.compensated].sort()).toEqual(['grouped', 'grouped', 'other', 'plain', 'plain']);
  });

  it('belong to the definition of the saga', () => {
    expect(sagaDefinition(Parallel).compensation).toBe('parallel');
    expect(sagaDefinition(Grouped).compensation).toBeUndefined();
    const { steps } = sagaDefinition(Grouped);
    expect([steps.get('undoGrouped')?.group, steps.get('undoPlain')?.group]).toEqual(['g', undefined]);
  });
});
