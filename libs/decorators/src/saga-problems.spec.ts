import 'reflect-metadata';
import { contract, event } from 'reprise/contracts';
import type { SagaContext } from 'reprise/core';
import { z } from 'zod';
import { Compensate } from './compensate.decorator.js';
import { Query } from './query.decorator.js';
import type { SagaClass } from './saga-class.js';
import { sagaProblems } from './saga-problems.js';
import { Saga } from './saga.decorator.js';
import { Signal } from './signal.decorator.js';
import { StartsOn } from './starts-on.decorator.js';
import { Step } from './step.decorator.js';
import { Verify } from './verify.decorator.js';

const Stock = contract('stock', { take: { input: z.object({ sku: z.string() }) } });

class Gateway {
  connect() {}
}

// What does not compile is still written, by JavaScript and by `any`; here decorators are applied without their types.
type Decorate = (target: object, key: string, descriptor?: object) => void;

function decorated(build: (on: (member: string, decorator: unknown) => void, prototype: SagaClass) => void): SagaClass {
  class Wrong {
    async charge() {}
    async refund() {}
    async refundAgain() {}
    mapping() {
      return { sku: 'a' };
    }
    note() {}
    async later() {}
    async run(_input: unknown, _saga: SagaContext) {}
  }
  build((member, decorator) => {
    const descriptor = Object.getOwnPropertyDescriptor(Wrong.prototype, member);
    (decorator as Decorate)(Wrong.prototype, member, descriptor);
  }, Wrong);
  Saga({ name: 'wrong' })(Wrong);
  return Wrong;
}

describe('the problems of a saga class', () => {
  it('are none for a good one', () => {
    const good = decorated((on) => {
      on('charge', Step({ timeout: '1s' }));
      on('refund', Compensate('charge'));
      on('take', Step(Stock.take));
      on('mapping', Compensate('take', Stock.take));
      on('note', Signal());
      on('refundAgain', Step({ onUnknown: 'verify' }));
      on('later', Verify('refundAgain', { timeout: '1s' }));
    });
    expect(sagaProblems(good)).toEqual([]);
  });

  it.each<[object, string[]]>([
    [{ concurrency: 0 }, ['limit.concurrency is 0']],
    [{ perProcess: 1.5, rate: { count: -1, per: '1s' } }, ['limit.rate.count is -1', 'limit.perProcess is 1.5']],
    [{ rate: { count: 1, per: 'soon' } }, ['limit.rate.per: "soon" is not a duration']],
    [{ rate: { count: 1, per: 0 } }, ['limit.rate.per is 0']],
    [{ concurrency: 1, key: 'customer', priority: 3 }, ['limit.key is not', 'limit.priority is not']],
    [{ concurrency: 1, scope: 'all' }, ['limit.scope is all']],
    [{ concurrency: 1, scope: 'key' }, ['there is no limit.key']],
    [{}, ['limit is empty']],
  ])('S10 name every mistake in a limit: %j', (limit, expected) => {
    const broken = decorated((on) => on('charge', Step({ limit })));
    const problems = sagaProblems(broken);
    expect(problems).toEqual(expected.map((part) => expect.stringContaining(part)));
    for (const problem of problems) expect(problem).toMatch(/^Wrong\.charge: limit/);
  });

  it.each<[string, (on: (member: string, decorator: unknown) => void) => void, string]>([
    [
      'a remote step in a transaction',
      (on) => on('take', Step(Stock.take, { transactional: true } as object)),
      'Wrong.take: another service performs it, so it cannot be transactional',
    ],
    [
      'a remote undo in a transaction',
      (on) => {
        on('charge', Step());
        on('mapping', Compensate('charge', Stock.take, { transactional: {} } as object));
      },
      'Wrong.mapping: another service performs it, so it cannot be transactional',
    ],
    [
      'an isolation that is none',
      (on) => on('charge', Step({ transactional: { isolation: 'SNAPSHOT' } } as object)),
      'Wrong.charge: transactional.isolation is SNAPSHOT; it is READ COMMITTED, REPEATABLE READ or SERIALIZABLE.',
    ],
    [
      'an undo of an unknown step',
      (on) => on('refund', Compensate('chargee')),
      'Wrong.refund: it takes back "chargee"',
    ],
    [
      'C5 a pivot that is taken back',
      (on) => (on('charge', Step({ pivot: true, onUnknown: 'throw' })), on('refund', Compensate('charge'))),
      "Wrong.charge: it is a pivot and cannot be taken back, but refund does.\nWrong.charge: it is a pivot and cannot have onUnknown: 'throw'",
    ],
    ['a pivot that is none', (on) => on('charge', Step({ pivot: 1 } as object)), 'Wrong.charge: pivot is 1; it is'],
    [
      'a group without a name',
      (on) => (on('charge', Step()), on('refund', Compensate('charge', { group: ' ' }))),
      'Wrong.refund: group is " "; it is the name that its neighbours share.',
    ],
    [
      'a group that is no name',
      (on) => (on('take', Step(Stock.take)), on('mapping', Compensate('take', Stock.take, { group: 1 } as object))),
      'Wrong.mapping: group is 1; it is the name',
    ],
    [
      'a step that nobody verifies',
      (on) => on('charge', Step({ onUnknown: 'verify' })),
      "Wrong.charge: onUnknown is 'verify', but no method verifies it: add @Verify('charge').",
    ],
    [
      'a verification of an unknown step',
      (on) => on('later', Verify('chargee')),
      'Wrong.later: it verifies "chargee", which is not a step of this saga; its steps: none.',
    ],
    [
      'a verification that is never asked',
      (on) => (on('charge', Step()), on('later', Verify('charge'))),
      'Wrong.later: it verifies "charge", which is never verified',
    ],
    [
      'two verifications of one step',
      (on) => (
        on('charge', Step({ onUnknown: 'verify' })),
        on('later', Verify('charge')),
        on('refund', Verify('charge'))
      ),
      'Wrong.refund: "charge" is verified by later already.',
    ],
    [
      'an async mapping of an answer',
      (on) => (on('take', Step(Stock.take, { onUnknown: 'verify' })), on('later', Verify('take', Stock.take))),
      'Wrong.later: it maps the answer of a command and cannot be async.',
    ],
    [
      'a verification without attempts',
      (on) => (on('charge', Step({ onUnknown: 'verify' })), on('later', Verify('charge', { retry: { attempts: 0 } }))),
      'Wrong.later: retry.attempts is 0',
    ],
    [
      'two undos of one step',
      (on) => (on('charge', Step()), on('refund', Compensate('charge')), on('refundAgain', Compensate('charge'))),
      'Wrong.refundAgain: "charge" is taken back by refund already.',
    ],
    [
      'a step that is a signal as well',
      (on) => (on('note', Step()), on('note', Signal())),
      'Wrong.note: it is step and signal at once.',
    ],
    ['a step named run', (on) => on('run', Step()), 'Wrong.run: this name cannot be a step.'],
    ['a step named then', (on) => on('then', Step(Stock.take)), 'Wrong.then: this name cannot be a step.'],
    [
      'a duration that is none',
      (on) => on('charge', Step({ timeout: '5 secs' as '5s' })),
      'Wrong.charge: "5 secs" is not a duration.',
    ],
    ['a timeout of nothing', (on) => on('charge', Step({ timeout: 0 })), 'Wrong.charge: timeout is 0'],
    [
      'a heartbeat of nothing',
      (on) => on('charge', Step({ heartbeatTimeout: 0 })),
      'Wrong.charge: heartbeatTimeout is 0',
    ],
    [
      'a heartbeat that never counts',
      (on) => on('charge', Step({ timeout: '5s', heartbeatTimeout: '10s' })),
      'Wrong.charge: heartbeatTimeout is longer than timeout',
    ],
    [
      'a heartbeat of another service',
      (on) => on('take', Step(Stock.take, { heartbeatTimeout: '10s' } as object)),
      'Wrong.take: another service performs it, so it has no heartbeatTimeout',
    ],
    ['no attempts', (on) => on('charge', Step({ retry: { attempts: 0 } })), 'Wrong.charge: retry.attempts is 0'],
    [
      'a shrinking backoff',
      (on) => on('charge', Step({ retry: { factor: 0.5 } })),
      'Wrong.charge: retry.factor is 0.5',
    ],
    ['a jitter over all', (on) => on('charge', Step({ retry: { jitter: 2 } })), 'Wrong.charge: retry.jitter is 2'],
    [
      'a property without a command',
      (on) => on('take', Step(undefined)),
      'Wrong.take: it is a property without a comm',
    ],
    ['a remote step on a method', (on) => on('charge', Step(Stock.take)), 'Wrong.charge: a remote step is a property'],
    ['an async signal', (on) => on('later', Signal()), 'Wrong.later: a signal cannot be async.'],
    ['an async query', (on) => on('later', Query()), 'Wrong.later: a query cannot be async.'],
    [
      'an async mapping',
      (on) => (on('take', Step(Stock.take)), on('later', Compensate('take', Stock.take))),
      'Wrong.later: it maps to the input of a command and cannot be async.',
    ],
    [
      'two signals of one name',
      (on) => (on('note', Signal('x')), on('mapping', Signal('x'))),
      'Wrong.mapping: the signal "x" is note already.',
    ],
    [
      'two declared errors of one name',
      (on) => on('charge', Step({ errors: [class E extends Error {}, class E extends Error {}] })),
      'Wrong.charge: errors holds two classes named E.',
    ],
  ])('name %s', (_what, build, problem) => {
    expect(sagaProblems(decorated(build)).join('\n')).toContain(problem);
  });

  it('name a saga without a name, without a version, without run', () => {
    class Empty {}
    (Saga as (options: object) => (sagaClass: SagaClass) => void)({
      name: ' ',
      version: 1.5,
      input: {},
      compensation: 'random',
    })(Empty);
    expect(sagaProblems(Empty)).toEqual([
      'Empty: @Saga needs a name.',
      'Empty: version is 1.5; it is a whole number from 1.',
      'Empty: input is not a Standard Schema.',
      "Empty: compensation is \"random\"; it is 'sequential' or 'parallel'.",
      'Empty: it has no run(input, saga) method.',
    ]);
  });

  it('name a run that is no method', () => {
    class Odd {
      async run() {}
    }
    Object.defineProperty(Odd.prototype, 'run', { value: 1 });
    Saga({ name: 'odd' })(Odd);
    expect(sagaProblems(Odd)).toEqual(['Odd: run is not a method.']);
  });

  it('D6 name a constructor that uses its services', () => {
    @Saga({ name: 'eager' })
    class Eager {
      constructor(gateway: Gateway) {
        gateway.connect();
      }
      async run() {}
    }
    expect(sagaProblems(Eager)).toEqual([
      'Eager: its constructor or a field initialiser uses an injected service, which only steps may: ' +
        'Saga "eager" touched the injected Gateway.connect in run(), a signal or a query.',
    ]);
  });

  it('name an event that it starts on twice', () => {
    const Placed = event('order.placed', z.object({ id: z.string() }));
    @StartsOn(Placed, { id: ({ id }) => id })
    @StartsOn(Placed, { id: ({ id }) => `again-${id}` })
    @Saga({ name: 'twice' })
    class Twice {
      async run(_placed: { id: string }) {}
    }
    expect(sagaProblems(Twice)).toEqual([
      'Twice: two @StartsOn are for event "order.placed", which starts one instance; make its id and input in one of them.',
    ]);
  });

  it('name a constructor that throws', () => {
    @Saga({ name: 'throwing' })
    class Throwing {
      constructor() {
        throw new Error('no luck');
      }
      async run() {}
    }
    expect(sagaProblems(Throwing)).toEqual(['Throwing: its constructor throws without its services: no luck']);
  });

  it('name a class that is no saga, and a subclass that does not say so itself', () => {
    class Plain {}
    class Sub extends decorated(() => undefined) {}
    expect(sagaProblems(Plain)).toEqual(["Plain is not a saga. Decorate it with @Saga({ name: '…' })."]);
    expect(sagaProblems(Sub)[0]).toContain('Sub is not a saga.');
  });
});
