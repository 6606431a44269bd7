import { RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import { rules } from './plugin.js';

const tester = new RuleTester({ languageOptions: { parser, sourceType: 'module' } });

/** A saga whose `run` has this body. */
function run(body: string, { head = '', members = '' } = {}): string {
  return `import { Compensate, Query, Saga, Signal, Step, Update, Verify } from 'reprise';
${head}
@Saga({ name: 's' })
export class OrderSaga {
  constructor(private readonly gateway: Gateway) {}
  @Step() async charge(amount: number): Promise<number> { return this.gateway.charge(amount); }
  @Step(Inventory.reserve) declare reserve: Remote<typeof Inventory.reserve>;
  ${members}
  async run(order: Order, saga: SagaContext): Promise<unknown> { ${body} }
}`;
}

/** Code that says `body` where nothing is replayed: outside of sagas, and in the bodies of steps. */
function elsewhere(body: string, head = ''): string[] {
  const steps = ['Step()', `Compensate('charge')`, `Verify('charge')`].map(
    (decorator, at) => `@${decorator} async performed${at}() { ${body} }`,
  );
  return [
    `${head} export async function main() { ${body} }`,
    `${head} @Injectable() class Service { async run(a: A, saga: SagaContext) { ${body} } }`,
    run('', { head, members: steps.join('\n') }),
    run('', { head, members: `@Step() async performed() { return this.inner(); } private async inner() { ${body} }` }),
  ];
}

const outside = [{ messageId: 'outside' }];

tester.run('no-clock', rules['no-clock'] as never, {
  valid: [
    ...elsewhere('return [Date.now(), new Date(), performance.now()];'),
    run('return [new Date(order.at), new Date(0), Date.parse(order.at), saga.now(), order instanceof Date];'),
    run('const Date = { now: () => 1 }; return Date.now();'),
  ],
  invalid: [
    {
      code: run('return Date.now();'),
      output: run('return saga.now().getTime();'),
      errors: [{ messageId: 'outside', data: { name: 'Date.now' } }],
    },
    { code: run('return new Date();'), output: run('return saga.now();'), errors: outside },
    { code: run('return globalThis.Date.now();'), output: run('return saga.now().getTime();'), errors: outside },
    { code: run('const now = Date.now; return now();'), output: null, errors: outside },
    { code: run('return Date();'), output: null, errors: outside },
    { code: run('return performance.now() + process.hrtime()[0];'), output: null, errors: [...outside, ...outside] },
    { code: run('{ const saga = 1; return Date.now(); }'), output: null, errors: outside },
    { code: run('', { members: 'private readonly at = Date.now();' }), output: null, errors: outside },
    { code: run('', { members: '@Signal() poke(): void { this.at = Date.now(); }' }), output: null, errors: outside },
    {
      code: run('return this.late(saga);', { members: 'private late(ctx: SagaContext) { return Date.now(); }' }),
      output: run('return this.late(saga);', {
        members: 'private late(ctx: SagaContext) { return ctx.now().getTime(); }',
      }),
      errors: outside,
    },
    { code: run('return today();', { head: 'const today = () => new Date();' }), output: null, errors: outside },
    {
      code: run('return [1].map(today);', { head: 'function today() { return new Date(); }' }),
      output: null,
      errors: outside,
    },
    {
      code: `import { Saga as Durable } from 'reprise'; class Base { late() { return Date.now(); } }
        @Durable({ name: 's' }) class S extends Base { async run() { return this.late(); } }`,
      output: null,
      errors: outside,
    },
  ],
});

tester.run('no-chance', rules['no-chance'] as never, {
  valid: [
    ...elsewhere(
      'return [Math.random(), crypto.randomUUID(), randomUUID()];',
      `import { randomUUID } from 'node:crypto';`,
    ),
    run('return [Math.max(1, 2), saga.random(), saga.uuid()];'),
    run(`return createHash('sha256').update(order.id).digest('hex');`, {
      head: `import { createHash } from 'node:crypto';`,
    }),
    run('return random();', { head: `import { random } from './pricing.js';` }),
  ],
  invalid: [
    { code: run('return Math.random();'), output: run('return saga.random();'), errors: outside },
    { code: run('return crypto.randomUUID();'), output: run('return saga.uuid();'), errors: outside },
    { code: run('return crypto.getRandomValues(order.bytes);'), output: null, errors: outside },
    {
      code: run('return draw();', { head: `import { randomUUID as draw } from 'node:crypto';` }),
      output: run('return saga.uuid();', { head: `import { randomUUID as draw } from 'node:crypto';` }),
      errors: [{ messageId: 'outside', data: { name: 'randomUUID' } }],
    },
    {
      code: run('return crypto.randomInt(6);', { head: `import crypto from 'crypto';` }),
      output: null,
      errors: outside,
    },
    { code: run('return v4();', { head: `import { v4 } from 'uuid';` }), output: null, errors: outside },
  ],
});

tester.run('no-timers', rules['no-timers'] as never, {
  valid: [
    ...elsewhere('setTimeout(done, 10); await setImmediate();'),
    run('await saga.sleep(100); clearTimeout(order.timer);'),
  ],
  invalid: [
    { code: run('setTimeout(() => (this.late = true), 10);'), output: null, errors: outside },
    {
      code: run('const timer = setInterval; AbortSignal.timeout(10);'),
      output: null,
      errors: [...outside, ...outside],
    },
    {
      code: run('await setTimeout(100);', { head: `import { setTimeout } from 'node:timers/promises';` }),
      output: run('await saga.sleep(100);', { head: `import { setTimeout } from 'node:timers/promises';` }),
      errors: outside,
    },
    {
      code: run(`await wait(100, 'late');`, { head: `import { setTimeout as wait } from 'timers/promises';` }),
      output: null,
      errors: outside,
    },
  ],
});

tester.run('no-environment', rules['no-environment'] as never, {
  valid: [
    ...elsewhere('return [process.env.LIMIT, hostname()];', `import { hostname } from 'node:os';`),
    run('return process(order);', { head: `import { process } from './orders.js';` }),
  ],
  invalid: [
    {
      code: run('return process.env.LIMIT;'),
      output: null,
      errors: [{ messageId: 'outside', data: { name: 'process.env.LIMIT' } }],
    },
    { code: run(`return process.env['LIMIT'];`), output: null, errors: outside },
    { code: run('return import.meta.env;'), output: null, errors: outside },
    { code: run('return hostname();', { head: `import { hostname } from 'node:os';` }), output: null, errors: outside },
    {
      code: run('return limit();', { head: 'function limit() { return process.env.LIMIT; }' }),
      output: null,
      errors: outside,
    },
  ],
});

tester.run('no-outside-io', rules['no-outside-io'] as never, {
  valid: [
    ...elsewhere('return fetch(url);'),
    run('return this.reserve(order);'),
    run('return fetch(order);', { head: `import { fetch } from './orders.js';` }),
  ],
  invalid: [
    { code: run('return fetch(order.url);'), output: null, errors: outside },
    {
      code: run(`return readFile('a');`, { head: `import { readFile } from 'node:fs/promises';` }),
      output: null,
      errors: outside,
    },
    {
      code: run('return http.get(order.url);', { head: `import * as http from 'http';` }),
      output: null,
      errors: outside,
    },
  ],
});

tester.run('no-injected-services', rules['no-injected-services'] as never, {
  valid: [
    run('return this.charge(1);'),
    run('return this.total;', { members: 'private total = 0;' }),
    run('return this.charge(1);', { members: `@Compensate('charge') async refund() { await this.gateway.refund(); }` }),
    `@Saga() class S { private readonly gateway; constructor(gateway: Gateway) { this.gateway = gateway; } async run() {} }`,
    `@Injectable() class S { constructor(private readonly gateway: Gateway) {} run() { return this.gateway.charge(); } }`,
  ],
  invalid: [
    { code: run('return this.gateway.charge(1);'), errors: [{ messageId: 'touched', data: { name: 'gateway' } }] },
    { code: run('const { gateway } = this; return gateway;'), errors: [{ messageId: 'touched' }] },
    {
      code: run('return this.quote();', { members: 'private quote() { return this.gateway.quote(); }' }),
      errors: [{ messageId: 'touched' }],
    },
    {
      code: run('', { members: '@Signal() poke(): void { this.gateway.charge(1); }' }),
      errors: [{ messageId: 'touched' }],
    },
    {
      code: run('', { members: '@Query() peek() { return this.gateway.limit; }' }),
      errors: [{ messageId: 'touched' }],
    },
    {
      code: run('return this.mails.send();', { members: '@Inject(Mails) private readonly mails: Mails;' }),
      errors: [{ messageId: 'touched' }],
    },
    {
      code: `@Saga() class S { private readonly bank; constructor(gateway: Gateway) { this.bank = gateway; } async run() { this.bank.charge(); } }`,
      errors: [{ messageId: 'touched', data: { name: 'bank' } }],
    },
    {
      code: `@Saga() class S { limit: number; constructor(config: Config) { this.limit = config.limit; } async run() {} }`,
      errors: [{ messageId: 'parameter', data: { name: 'config' } }],
    },
  ],
});

const awaited = (body: string) => [{ messageId: 'await', output: run(body) }];
tester.run('no-floating-steps', rules['no-floating-steps'] as never, {
  valid: [
    run('await this.charge(1); return this.reserve(order);'),
    run('const charging = this.charge(1); await saga.sleep(10); await charging;'),
    run('await Promise.all(order.lines.map((line) => this.reserve(line)));'),
    run('void this.charge(1); this.charge(2).catch(() => undefined); this.charge(3).then(undefined, () => undefined);'),
    run('this.count(); order.lines.forEach((line) => { this.total += line.price; });', {
      members: 'private count(): void {}',
    }),
    run('', { members: '@Step() async both() { this.charge(1); }' }),
  ],
  invalid: [
    {
      code: run('this.charge(1); return 1;'),
      errors: [
        {
          messageId: 'floating',
          data: { name: 'this.charge()' },
          suggestions: awaited('await this.charge(1); return 1;'),
        },
      ],
    },
    {
      code: run('if (order.big) this.reserve(order);'),
      errors: [{ messageId: 'floating', suggestions: awaited('if (order.big) await this.reserve(order);') }],
    },
    {
      code: run('order.big && this.reserve(order);'),
      errors: [{ messageId: 'floating', suggestions: awaited('order.big && await this.reserve(order);') }],
    },
    {
      code: run('saga.sleep(10);'),
      errors: [
        { messageId: 'floating', data: { name: 'saga.sleep()' }, suggestions: awaited('await saga.sleep(10);') },
      ],
    },
    {
      code: run('this.charge(1).then(() => (this.done = true));'),
      errors: [{ messageId: 'floating', suggestions: awaited('await this.charge(1).then(() => (this.done = true));') }],
    },
    {
      code: run('Promise.all([this.charge(1), this.charge(2)]);'),
      errors: [{ messageId: 'floating', suggestions: awaited('await Promise.all([this.charge(1), this.charge(2)]);') }],
    },
    {
      code: run('order.lines.forEach(async (line) => { await this.reserve(line); });'),
      errors: [
        {
          messageId: 'floating',
          suggestions: awaited('await order.lines.forEach(async (line) => { await this.reserve(line); });'),
        },
      ],
    },
    {
      code: run('const charging = this.charge(1);'),
      errors: [{ messageId: 'unused', data: { name: 'this.charge()', variable: 'charging' } }],
    },
    {
      code: run('this.pay();', { members: 'private async pay() { await this.charge(1); }' }),
      errors: [
        {
          messageId: 'floating',
          suggestions: [
            {
              messageId: 'await',
              output: run('await this.pay();', { members: 'private async pay() { await this.charge(1); }' }),
            },
          ],
        },
      ],
    },
  ],
});

const foreign = [{ messageId: 'foreign' }];
const helper = { head: `import { late, all } from './promises.js'; import * as rates from 'rates';` };
tester.run('no-foreign-promises', rules['no-foreign-promises'] as never, {
  valid: [
    ...elsewhere('return Promise.race([late(), new Promise(() => undefined)]);', helper.head),
    run('return Promise.race([this.charge(1), saga.sleep(10), this.charge(2).then(double)]);'),
    run('return Promise.all(order.lines.map((line) => this.reserve(line)));'),
    run('return Promise.all([all(this, order), late(saga)]);', helper),
    run('return Promise.race([this.charge(1), Promise.resolve(2)]);'),
  ],
  invalid: [
    {
      code: run('return Promise.race([this.charge(1), late()]);', helper),
      errors: [{ messageId: 'foreign', data: { name: 'late()' } }],
    },
    { code: run('return Promise.all([this.charge(1), rates.of(order).then(double)]);', helper), errors: foreign },
    { code: run('return Promise.any([this.charge(1), new Promise(() => undefined)]);'), errors: foreign },
    { code: run('await new Promise((done) => (this.done = done));'), errors: foreign },
  ],
});

tester.run('no-module-state', rules['no-module-state'] as never, {
  valid: [
    ...elsewhere('count++; seen.add(1); return seen.size;', 'let count = 0; const seen = new Set();'),
    run('return LIMITS[order.kind] + RATE;', { head: 'const LIMITS = { small: 1 }; let RATE = 2;' }),
    run('return prices.get(order.sku);', { head: `const prices = new Map(); prices.set('tea', 1);` }),
    run('return money.add(order.total);', { head: `const money = amount(3);` }),
    run('return this.seen.add(order.id);', { members: 'private readonly seen = new Set();' }),
    run('const seen = new Set(); seen.add(order.id); let count = 0; count++; return OrderSaga.name;'),
  ],
  invalid: [
    { code: run('count++;', { head: 'let count = 0;' }), errors: [{ messageId: 'changed', data: { name: 'count' } }] },
    { code: run('seen.add(order.id);', { head: 'const seen = new Set();' }), errors: [{ messageId: 'changed' }] },
    { code: run('cache[order.id] = 1;', { head: 'const cache = {};' }), errors: [{ messageId: 'changed' }] },
    { code: run('OrderSaga.count = 3;', { members: 'static count = 0;' }), errors: [{ messageId: 'changed' }] },
    {
      code: run('OrderSaga.seen.push(order);', { members: 'static readonly seen = [];' }),
      errors: [{ messageId: 'changed' }],
    },
    {
      code: run('return open ? 1 : 2;', { head: 'let open = true; export function close() { open = false; }' }),
      errors: [{ messageId: 'read' }],
    },
    {
      code: run('return seen.size;', {
        head: 'const seen = new Set();',
        members: '@Step() async note() { seen.add(1); }',
      }),
      errors: [{ messageId: 'read' }],
    },
    {
      code: run('note(order);', { head: 'let last; function note(order) { last = order; }' }),
      errors: [{ messageId: 'changed' }],
    },
  ],
});

tester.run('no-async-handlers', rules['no-async-handlers'] as never, {
  valid: [
    run('', { members: '@Signal() poke(): void {} @Query() peek() { return 1; } @Update() async change() {}' }),
    `class Controller { @Query() async list() {} }`,
  ],
  invalid: [
    {
      code: run('', { members: '@Signal() async poke() {}' }),
      errors: [{ messageId: 'asynchronous', data: { decorator: 'Signal', name: 'poke' } }],
    },
    { code: run('', { members: '@Query() async peek() { return 1; }' }), errors: [{ messageId: 'asynchronous' }] },
    {
      code: run('', { members: `@UpdateValidator('change') async check() {}` }),
      errors: [{ messageId: 'asynchronous' }],
    },
  ],
});
