import { Compensate, Saga, Step } from 'reprise';
import type { StepInvocation } from 'reprise/core';
import { transactionManager } from 'reprise/postgres';
import { currentStep } from 'reprise/runtime';

export class Overdrawn extends Error {
  override readonly name = 'Overdrawn';
}

/** What a test does at the edges of the bodies. */
export class Edges {
  before: (step: StepInvocation) => unknown = () => undefined;
  after: (step: StepInvocation) => unknown = () => undefined;
}

export interface Transfer {
  readonly account: string;
  readonly amount: number;
  /** Fails when the amount is on the books. */
  readonly fails?: boolean;
  /** Goes on when the booking fails. */
  readonly catches?: boolean;
}

const OFTEN = { attempts: 1_000, backoff: 5, max: 5 } as const;

/** Books an amount, and takes it back if what follows fails. */
@Saga({ name: 'transfer' })
export class TransferSaga {
  constructor(private readonly edges: Edges) {}

  @Step({ transactional: true, timeout: '10s', retry: OFTEN, errors: [Overdrawn] })
  async book(account: string, amount: number): Promise<string> {
    await this.edges.before(currentStep()!);
    const [row] = await transactionManager().query<{ number: number }[]>(
      'insert into booking (account, amount) values ($1, $2) returning number',
      [account, amount],
    );
    await this.edges.after(currentStep()!);
    return `booking ${row!.number}`;
  }

  @Compensate('book', { transactional: true, timeout: '10s', retry: OFTEN })
  async cancel(booking: string | undefined, account: string, amount: number): Promise<void> {
    await this.edges.before(currentStep()!);
    if (booking !== undefined) {
      await transactionManager().query('insert into booking (account, amount) values ($1, $2)', [account, -amount]);
    }
    await this.edges.after(currentStep()!);
  }

  async run({ account, amount, fails, catches }: Transfer): Promise<string> {
    try {
      const booking = await this.book(account, amount);
      if (fails) throw new Error('what follows failed');
      return booking;
    } catch (error) {
      if (!catches) throw error;
      return (error as Error).name;
    }
  }
}
