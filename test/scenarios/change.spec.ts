import { Compensate, Saga, Signal, Step, type SagaClass, type SagaContext } from 'reprise/decorators';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${String(at).padStart(4, '0')}`);

// A new version, while instances of the old one wait.

abstract class Claim {
  private isChecked = false;
  @Signal() checked(): void {
    this.isChecked = true;
  }
  protected async wait(saga: SagaContext): Promise<void> {
    await saga.until(() => this.isChecked);
  }
}

@Saga({ name: 'claim', version: 1 })
class ClaimByHand extends Claim {
  constructor(private readonly office: Books) {
    super();
  }
  @Step() async print(name: string): Promise<void> {
    this.office.did(`${name} printed`);
  }
  async run(name: string, saga: SagaContext): Promise<string> {
    await this.wait(saga);
    await this.print(name);
    return 'by hand';
  }
}

@Saga({ name: 'claim', version: 2 })
class ClaimOnline extends Claim {
  constructor(private readonly office: Books) {
    super();
  }
  @Step() async upload(name: string): Promise<void> {
    this.office.did(`${name} uploaded`);
  }
  async run(name: string, saga: SagaContext): Promise<string> {
    await this.upload(name);
    await this.wait(saga);
    return 'online';
  }
}

const upgraded = scenario({
  name: 'D8 a new version while 1,000 instances wait: the old ones end as they began',
  sagas: (office) => [new ClaimByHand(office)],
  size: { usual: 1_000, crashes: 3, kills: 50 },
  async drive(client, office, count) {
    const [old, fresh] = [names(count), names(count / 10 + 1).map((name) => `new ${name}`)];
    await client.each(old, (name) => client.start(ClaimByHand, name, name));
    await client.deploy(new ClaimByHand(office), new ClaimOnline(office));
    await client.each(fresh, (name) => client.start(ClaimOnline, name, name));
    await client.each(old, (name) => client.signal(ClaimByHand, name, 'checked'));
    await client.each(fresh, (name) => client.signal(ClaimOnline, name, 'checked'));
    const ends = async (saga: SagaClass, all: readonly string[]): Promise<unknown[]> => [
      ...new Set((await client.each(all, (name) => client.end(saga, name))).map(({ result }) => result)),
    ];
    return { old: await ends(ClaimByHand, old), fresh: await ends(ClaimOnline, fresh) };
  },
  ends: { old: ['by hand'], fresh: ['online'] },
  standing: (count) => [
    ...names(count).map((name) => `${name} printed`),
    ...names(count / 10 + 1).map((name) => `new ${name} uploaded`),
  ],
});

// A patch in the same version.

abstract class Invoice {
  private isApproved = false;
  constructor(protected readonly office: Books) {}
  @Signal() approve(): void {
    this.isApproved = true;
  }
  @Step() async fax(name: string): Promise<void> {
    this.office.did(`${name} faxed`);
  }
  @Step() async mail(name: string): Promise<void> {
    this.office.did(`${name} mailed`);
  }
  protected async wait(saga: SagaContext): Promise<void> {
    await saga.until(() => this.isApproved);
  }
}

@Saga({ name: 'invoice' })
class InvoiceSaga extends Invoice {
  async run(name: string, saga: SagaContext): Promise<void> {
    await this.fax(name);
    await this.wait(saga);
    await this.fax(`${name} again`);
  }
}

@Saga({ name: 'invoice' })
class PatchedInvoiceSaga extends Invoice {
  async run(name: string, saga: SagaContext): Promise<void> {
    if (saga.patched('mail first')) await this.mail(name);
    else await this.fax(name);
    await this.wait(saga);
    if (saga.patched('mail again')) await this.mail(`${name} again`);
    else await this.fax(`${name} again`);
  }
}

const patched = scenario({
  name: 'D8 a patch: what is past it keeps to the old way, all others take the new one',
  sagas: (office) => [new InvoiceSaga(office)],
  async drive(client, office) {
    await client.start(InvoiceSaga, 'old', 'old');
    await client.until(() => office.has('old faxed'));
    await client.deploy(new PatchedInvoiceSaga(office));
    await client.start(PatchedInvoiceSaga, 'new', 'new');
    await client.each(['old', 'new'], (name) => client.signal(PatchedInvoiceSaga, name, 'approve'));
    return client.each(['old', 'new'], (name) => client.end(PatchedInvoiceSaga, name));
  },
  ends: [{ status: 'completed' }, { status: 'completed' }],
  standing: () => ['new again mailed', 'new mailed', 'old again mailed', 'old faxed'],
});

// Code that cannot go on, and a deploy that mends it.

abstract class Census {
  protected readonly heads: number[] = [];
  constructor(protected readonly office: Books) {}
  @Step() async store(sum: number): Promise<void> {
    this.office.did(`stored ${sum}`);
  }
  async run(_input: undefined, saga: SagaContext): Promise<number> {
    await saga.until(() => this.heads.length === 2);
    const sum = this.heads.reduce((one, two) => one + two, 0);
    await this.store(sum);
    return sum;
  }
}

@Saga({ name: 'census' })
class CensusSaga extends Census {
  @Signal() counted(house: { heads?: number }): void {
    if (house.heads === undefined) throw new TypeError('a house without heads');
    this.heads.push(house.heads);
  }
}

@Saga({ name: 'census' })
class MendedCensusSaga extends Census {
  @Signal() counted(house: { heads?: number }): void {
    this.heads.push(house.heads ?? 0);
  }
}

const mended = scenario({
  name: 'M1 a signal that the code could not take is taken by the code of the next deploy',
  sagas: (office) => [new CensusSaga(office)],
  async drive(client, office) {
    await client.start(CensusSaga, undefined, 'census');
    for (const house of [{ heads: 3 }, {}]) await client.signal(CensusSaga, 'census', 'counted', house);
    await client.until(async () => (await client.status('census')) === 'incident');
    await client.deploy(new MendedCensusSaga(office));
    return client.end(MendedCensusSaga, 'census');
  },
  ends: { status: 'completed', result: 3 },
  standing: () => ['stored 3'],
});

// A saga that runs a program which it is given.

type Node =
  | { readonly do: 'work'; readonly name: string; readonly fails?: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'sequence' | 'parallel'; readonly parts: readonly Node[] }
  | { readonly do: 'retry'; readonly times: number; readonly part: Node };

class Workshop extends Books {
  /** Declines the first calls of a piece of work: as many as it says. */
  work(name: string, fails: number): string {
    this.did(`try of ${name}`);
    if (this.standing.filter((what) => what === `try of ${name}`).length <= fails) throw new Declined(name);
    return name;
  }
}

class Declined extends Error {
  override readonly name = 'Declined';
}

@Saga({ name: 'program' })
class ProgramSaga {
  constructor(private readonly workshop: Workshop) {}

  @Step({ errors: [Declined] }) async work(name: string, fails: number): Promise<string> {
    return this.workshop.work(name, fails);
  }
  @Compensate('work') async undo(): Promise<void> {
    this.workshop.undid();
  }

  async run(program: Node, saga: SagaContext): Promise<string> {
    return this.interpret(program, saga);
  }

  private async interpret(node: Node, saga: SagaContext): Promise<string> {
    switch (node.do) {
      case 'work':
        return this.work(node.name, node.fails ?? 0);
      case 'wait':
        await saga.sleep(node.ms);
        return 'waited';
      case 'sequence': {
        const done: string[] = [];
        for (const part of node.parts) done.push(await this.interpret(part, saga));
        return done.join(' then ');
      }
      case 'parallel':
        return `(${(await Promise.all(node.parts.map((part) => this.interpret(part, saga)))).join(' with ')})`;
      case 'retry':
        for (let left = node.times; ; left--) {
          try {
            return await this.interpret(node.part, saga);
          } catch (error) {
            if (left === 1 || !(error instanceof Declined)) throw error;
          }
        }
    }
  }
}

const program = (wait: number, fails: number): Node => ({
  do: 'sequence',
  parts: [
    { do: 'work', name: 'saw' },
    {
      do: 'parallel',
      parts: [
        { do: 'work', name: 'sand' },
        {
          do: 'sequence',
          parts: [
            { do: 'wait', ms: wait },
            { do: 'work', name: 'oil' },
          ],
        },
      ],
    },
    { do: 'retry', times: 3, part: { do: 'work', name: 'glue', fails } },
  ],
});

const interpreted = scenario({
  name: 'D1 a saga that interprets a program: one after the other, side by side, again',
  world: () => new Workshop(),
  sagas: (workshop) => [new ProgramSaga(workshop)],
  async drive(client) {
    await client.start(ProgramSaga, program(client.days(2), 2), 'program');
    return client.end(ProgramSaga, 'program');
  },
  ends: { status: 'completed', result: 'saw then (sand with waited then oil) then glue' },
  standing: () => ['try of glue', 'try of glue', 'try of glue', 'try of oil', 'try of sand', 'try of saw'],
});

const undone = scenario({
  name: 'C2 a program whose last part is declined too often',
  world: () => new Workshop(),
  sagas: (workshop) => [new ProgramSaga(workshop)],
  async drive(client, workshop) {
    await client.start(ProgramSaga, program(client.days(2), 9), 'program');
    return { end: await client.end(ProgramSaga, 'program'), takenBack: workshop.takenBack };
  },
  ends: {
    end: { status: 'compensated', error: 'glue', compensated: ['work', 'work', 'work'] },
    takenBack: ['try of oil', 'try of sand', 'try of saw'],
  },
  // What was declined did not happen: there is nothing to take back.
  standing: () => ['try of glue', 'try of glue', 'try of glue'],
});

family('change', [upgraded, patched, mended, interpreted, undone]);
