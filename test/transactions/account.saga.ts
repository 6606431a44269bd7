import { Saga, Step, type StepInvocation } from 'reprise';
import { transactionManager } from 'reprise/postgres';
import { currentStep } from 'reprise/runtime';

export class Refused extends Error {
  override readonly name = 'Refused';
}

export type Body = (account: string, step: StepInvocation) => Promise<unknown>;

/** Reads a balance and writes it back one higher: right only if nobody writes in between. */
export async function increase(account: string, between: () => unknown = () => undefined): Promise<number> {
  const manager = transactionManager();
  const [row] = await manager.query<{ amount: number }[]>('select amount from balance where account = $1', [account]);
  await between();
  await manager.query('update balance set amount = $2 where account = $1', [account, row!.amount + 1]);
  return row!.amount + 1;
}

/** One transactional step whose body the test writes; it has one attempt, or three. */
@Saga({ name: 'account' })
export class AccountSaga {
  constructor(private readonly body: Body) {}

  @Step({ transactional: { isolation: 'SERIALIZABLE' }, retry: false })
  async serializable(account: string): Promise<string> {
    return String(await this.body(account, currentStep()!));
  }

  @Step({ transactional: true, retry: false })
  async once(account: string): Promise<string> {
    return String(await this.body(account, currentStep()!));
  }

  @Step({ transactional: true, retry: { attempts: 3, backoff: 1 }, errors: [Refused] })
  async thrice(account: string): Promise<string> {
    return String(await this.body(account, currentStep()!));
  }

  @Step({ transactional: true, timeout: 200, retry: { attempts: 1_000, backoff: 5, max: 5 } })
  async hasty(account: string): Promise<string> {
    return String(await this.body(account, currentStep()!));
  }

  async run({ how, account }: { how: 'serializable' | 'once' | 'thrice' | 'hasty'; account: string }): Promise<string> {
    return this[how](account);
  }
}
