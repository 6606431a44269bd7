import type { SagaScope } from 'reprise/core';
import { sagaDefinition, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { Bench, Declined, ended, scoped, type Work } from './scoped.js';
import { Lab } from './lab.js';

describe('C7 saga.scope()', () => {
  it('C7 settles as its body does, and leaves nothing in the history when nothing was cancelled', async () => {
    const bench = await Bench.of(async (work, saga) => [
      await saga.scope(() => work.step('a')),
      await ended(saga.scope(() => Promise.reject(new Declined('no')))),
      await saga.scope(() => 'at once'),
      await saga.scope(() => undefined),
    ]);
    await bench.answer('a');
    expect(await bench.result()).toEqual(['a done', 'Declined', 'at once', undefined]);
    expect(await bench.told()).toEqual(['SagaStarted', 'StepScheduled', 'StepCompleted', 'SagaCompleted']);
  });

  it('C7 cancels what is open in it, also in functions that it calls, and nothing else', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const outside = work.step('outside');
      const nested = async (): Promise<unknown> => {
        await work.step('first');
        return [await ended(work.step('b')), await ended(saga.sleep('1h'))];
      };
      const inside = await saga.scope(async (scope) => {
        const open = [nested(), ended(saga.sleep('2h')), ended(saga.until(() => false, '3h')), ended(work.step('c'))];
        await saga.until(() => work.said.length > 0);
        scope.cancel('enough');
        return Promise.all(open);
      });
      return [inside, await outside];
    });
    await bench.answer('first');
    await bench.signal('say', 'go');
    await bench.answer('outside');
    const code = 'SCOPE_CANCELLED';
    expect(await bench.result()).toEqual([[[code, code], code, code, code], 'outside done']);
    expect(await bench.lab.eventsOf('CallsCancelled')).toEqual([{ type: 'CallsCancelled', calls: [2, 3, 4, 6] }]);
  });

  it('C7 throws the reason as a SagaCancelledError, and refuses at once what is asked for later', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const error = await saga
        .scope(async (scope) => {
          scope.cancel('no need');
          scope.cancel('another reason');
          const later = [work.step('a'), saga.sleep('1h'), saga.until(() => true), saga.withTimeout('1s', () => 1)];
          const ends = await Promise.all(later.map(ended));
          if (scope.cancelled && ends.every((end) => end === 'SCOPE_CANCELLED')) await work.step('b');
        })
        .catch((thrown: Error) => thrown);
      return [(error as Error).name, (error as Error).message];
    });
    expect(await bench.result()).toEqual(['SagaCancelledError', 'This part of the saga was cancelled: no need']);
    expect(await bench.told()).toEqual(['SagaStarted', 'SagaCompleted']);
  });

  it('C7 closes timers and waits: they wake nobody, and the instance becomes a row until what is left is due', async () => {
    const bench = await Bench.of(async (_work, saga) => {
      await saga.scope(async (scope) => {
        const timers = [saga.sleep('1h'), saga.until(() => false, '2h')].map(ended);
        await saga.sleep('1m');
        scope.cancel();
        await Promise.all(timers);
      });
      await saga.sleep('1 day');
    });
    await bench.lab.advance(120_000);
    expect(bench.lab.engine.resident).toBe(0);
    await bench.lab.advance(3_600_000 - 120_000);
    expect(bench.lab.engine.resident).toBe(0);
    await bench.reopen();
    await bench.lab.advance(86_400_000);
    await bench.result();
    expect((await bench.lab.eventsOf('TimerFired')).map(({ call }) => call)).toEqual([2, 3]);
    expect(await bench.lab.eventsOf('WaitTimedOut')).toEqual([]);
  });

  it('C7 reaches the scopes inside it; a scope inside does not reach out of itself', async () => {
    const bench = await Bench.of(async (work, saga) =>
      saga.scope(async (outer) => {
        const sibling = ended(work.step('sibling'));
        const inner = await ended(
          saga.scope(async (scope) => {
            const open = ended(work.step('inner'));
            await work.step('go');
            scope.cancel();
            return open;
          }),
        );
        const both = saga.scope(async (scope) => [await ended(work.step('deep')), scope.cancelled]);
        await work.step('go on');
        outer.cancel();
        return [inner, await sibling, await both];
      }),
    );
    await bench.answer('go');
    await bench.answer('go on');
    const code = 'SCOPE_CANCELLED';
    expect(await bench.result()).toEqual([code, code, [code, true]]);
    expect((await bench.lab.eventsOf('CallsCancelled')).map(({ calls }) => calls)).toEqual([[1], [0, 3]]);
  });

  it('C7 has the calls that were made in it, wherever they are awaited', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const before = work.step('made before');
      let within: Promise<unknown> | undefined;
      let cancel = (): void => undefined;
      const scope = saga.scope(async (own) => {
        within = ended(work.step('made within'));
        cancel = () => own.cancel();
        return ended(before);
      });
      await saga.until(() => work.said.length > 0);
      cancel();
      return [await within, await scope];
    });
    await bench.signal('say', 'go');
    await bench.answer('made before');
    expect(await bench.result()).toEqual(['SCOPE_CANCELLED', 'made before done']);
  });

  it('C7 is left alone by a cancel after its end', async () => {
    const bench = await Bench.of(async (work, saga) => {
      let left: Promise<unknown> | undefined;
      const scope = await saga.scope((own) => {
        left = work.step('left behind');
        return own;
      });
      scope.cancel();
      return [scope.cancelled, await left];
    });
    await bench.answer('left behind');
    expect(await bench.result()).toEqual([false, 'left behind done']);
  });

  it('D6 ends at the instance: one that is begun by code in a scope is in none', async () => {
    const lab = new Lab();
    const begun: Promise<unknown>[] = [];
    const Starter = scoped((_work, saga) =>
      saga.scope(async (scope) => {
        scope.cancel();
        // Nobody should do that in run(): but the process of an engine may come from anywhere.
        begun.push(lab.engine.start(sagaDefinition(Other), undefined, { id: 'two' }));
      }),
    );
    const Other = scoped((work) => ended(work.step('a')), 'other');
    await lab.open([Starter, Other], { bodies: { step: () => 'done' } });
    await lab.start(Starter);
    await Promise.all(begun);
    await lab.calm();
    expect((await lab.events('two')).at(-1)).toMatchObject({ type: 'SagaCompleted', result: 'done' });
  });

  it('M1 is cancelled by a signal; an update that a handler serves meanwhile is outside of it', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const end = await saga.scope(async (scope) => {
        work.scope = scope;
        return ended(work.step('long'));
      });
      await saga.until(() => saga.handlersFinished);
      return end;
    });
    await bench.ask('handled');
    await bench.signal('stop', 'changed my mind');
    await bench.reopen();
    await bench.answer('handled');
    expect(await bench.result()).toBe('SCOPE_CANCELLED');
    expect(await bench.lab.eventsOf('UpdateCompleted')).toMatchObject([{ result: 'handled done' }]);
  });

  it('M5 ends the losers of a race', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.scope(async (scope) => {
        const offers = ['a', 'b', 'c'].map((name) => work.step(name));
        const best = await Promise.race(offers);
        scope.cancel(`${best} was first`);
        return best;
      }),
    );
    await bench.answer('b');
    expect(await bench.result()).toBe('b done');
    expect(await bench.lab.eventsOf('CallsCancelled')).toMatchObject([{ calls: [0, 2] }]);
  });
});

describe('C7 a step in a cancelled scope', () => {
  const thenFail = async (work: Work, saga: SagaContext): Promise<void> => {
    await ended(
      saga.scope(async (scope) => {
        work.scope = scope;
        await work.step('a');
      }),
    );
    await work.step('next');
    throw new Error('in the end');
  };

  it('C7 S4 is not tried again, and C3 is undone without a result when the saga fails later', async () => {
    const bench = await Bench.of(thenFail);
    await bench.fail('a', new Error('no answer'));
    await bench.signal('stop', 'enough');
    expect(await bench.lab.eventsOf('StepOutcomeUnknown')).toMatchObject([{ call: 0, attempts: 1 }]);
    await bench.lab.advance(10_000);
    expect(bench.steps.names).toEqual(['next']);
    await bench.answer('next');
    await expect(bench.result()).rejects.toThrow('in the end');
    expect(bench.undone).toEqual([
      ['next', 'next done'],
      ['a', undefined],
    ]);
  });

  it('S7 that succeeds late is undone with its result', async () => {
    const bench = await Bench.of(thenFail);
    await bench.signal('stop', 'enough');
    await bench.answer('next');
    expect(await bench.lab.status()).toBe('compensating');
    await bench.answer('a');
    await expect(bench.result()).rejects.toThrow('in the end');
    expect(bench.undone).toEqual([
      ['next', 'next done'],
      ['a', 'a done'],
    ]);
  });

  it('S2 that was asked for in the same turn is never tried; it counts as one without an answer', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.scope(async (scope) => {
        const step = ended(work.step('a'));
        scope.cancel();
        await step;
        throw new Declined('no');
      }),
    );
    expect(bench.steps.names).toEqual([]);
    await expect(bench.result()).rejects.toThrow('no');
    expect(bench.undone).toEqual([['a', undefined]]);
  });

  it('C7 is told by its signal', async () => {
    const lab = new Lab();
    const reasons: unknown[] = [];
    const Timed = scoped(async (work, saga) => [
      await ended(saga.withTimeout('5s', () => work.step('a'))),
      await saga.sleep('1s'),
    ]);
    const step = (): Promise<unknown> => {
      const { signal } = currentStep()!;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push((signal.reason as { code: string }).code);
          reject(signal.reason as Error);
        });
      });
    };
    await lab.open([Timed], { bodies: { step } });
    await lab.start(Timed);
    await lab.advance(5_000);
    expect(reasons).toEqual(['STEP_ABANDONED']);
    await lab.advance(1_000);
    expect(await lab.result(Timed)).toEqual(['SCOPE_TIMED_OUT', undefined]);
  });

  it('C2 is undone by saga.compensate() in the scope itself, which a cancellation does not keep from it', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.scope(async (scope) => {
        await work.step('a');
        scope.cancel();
        await saga.compensate();
        return ended(work.step('b'));
      }),
    );
    await bench.answer('a');
    expect(await bench.result()).toBe('SCOPE_CANCELLED');
    expect(bench.undone).toEqual([['a', 'a done']]);
  });

  it('C7 that is undone while its scope is cancelled is undone to the end, and then the code hears of it', async () => {
    const bench = await Bench.of((work, saga) =>
      ended(
        saga.scope(async (scope) => {
          work.scope = scope;
          await ended(Promise.race([work.step('a'), saga.sleep('1s')]));
          await saga.compensate();
        }),
      ),
    );
    await bench.lab.advance(1_000);
    await bench.signal('stop', 'enough');
    expect(bench.undone).toEqual([]);
    await bench.answer('a');
    expect(await bench.result()).toBe('SCOPE_CANCELLED');
    expect(bench.undone).toEqual([['a', 'a done']]);
  });
});

describe('D5 the cancellation of a scope', () => {
  const program =
    (cancels: boolean) =>
    async (work: Work, saga: SagaContext): Promise<unknown> =>
      saga.scope(async (scope) => {
        const open = ended(work.step('a'));
        await work.step('b');
        if (cancels) scope.cancel();
        await open;
        return ended(saga.sleep('1h'));
      });

  it('D5 is compared with the history: code that does not cancel any more is stopped', async () => {
    const bench = await Bench.of(async (work, saga) => {
      await program(true)(work, saga);
      await work.step('c');
    });
    await bench.answer('b');
    await bench.reopen(async (work, saga) => {
      await program(false)(work, saga);
      await work.step('c');
    });
    expect(await bench.lab.incident()).toMatch(/NON_DETERMINISTIC.*the cancellation of call 0/);
  });

  it('D7 is taken back with the turn of code that breaks a rule: timers fire, steps go on when it is mended', async () => {
    const broken =
      (mended: boolean) =>
      async (work: Work, saga: SagaContext): Promise<unknown> =>
        saga.scope(async (scope) => {
          const open = [work.step('a'), saga.sleep('1h'), saga.until(() => false, '2h')].map(ended);
          await work.step('b');
          if (mended) return Promise.all(open);
          scope.cancel();
          await Promise.all(open);
          return new Promise(() => undefined);
        });
    const bench = await Bench.of(broken(false));
    await bench.answer('b');
    expect(await bench.lab.incident()).toContain('AWAITS_FOREIGN_PROMISE');
    await bench.reopen(broken(true));
    expect(bench.steps.names).toEqual(['a']);
    await bench.answer('a');
    await bench.lab.advance(7_200_000);
    expect(await bench.result()).toEqual(['a done', undefined, false]);
  });

  it('D7 is refused in a query and in a condition, which may only read', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.scope(async (scope) => {
        work.scope = scope;
        const meddle = (): boolean => {
          if (work.said.length > 0) scope.cancel();
          return false;
        };
        return [await ended(saga.until(meddle)), scope.cancelled];
      }),
    );
    const definition = sagaDefinition(scoped(async () => undefined));
    const query = bench.lab.engine.query(definition, 'one', 'meddle', []);
    await expect(query).rejects.toMatchObject({ code: 'CALL_FROM_QUERY' });
    await bench.signal('say', 'meddle');
    expect(await bench.result()).toEqual(['CALL_FROM_QUERY', false]);
  });

  it.each([
    ['the cancellation of a scope', (_saga: SagaContext, scope: SagaScope) => scope.cancel()],
    ['a scope', (saga: SagaContext) => saga.scope(() => 1)],
    ['a shielded part', (saga: SagaContext) => saga.shielded(() => 1)],
    ['a time limit', (saga: SagaContext) => saga.withTimeout('1s', () => 1)],
  ])('D7 parks code that asked for %s after it awaited something of its own', async (what, ask) => {
    const bench = await Bench.of((work, saga) =>
      saga.scope(async (scope) => {
        void work.step('a');
        await new Promise((resolve) => setImmediate(resolve));
        await ask(saga, scope);
      }),
    );
    await bench.lab.calm();
    expect(await bench.lab.incident()).toMatch(`asked for ${what} after awaiting`);
  });
});
