/** What the sagas of these tests work on: accounts, which remember the keys of what they did when they are asked with one. */
export class Bank {
  readonly balances: Record<string, number> = { alice: 100, bob: 0, bank: 0 };
  private readonly seen = new Set<string>();

  add(account: string, amount: number): void {
    this.balances[account] = (this.balances[account] ?? 0) + amount;
  }

  /** As a service with an idempotency key has it. */
  addOnce(key: string, account: string, amount: number): void {
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.add(account, amount);
  }

  /** Takes back what was done under another key, if it was done at all. */
  takeBack(key: string, undoes: string, account: string, amount: number): void {
    if (this.seen.has(undoes)) this.addOnce(key, account, amount);
  }
}

export class NoSuchAccount extends Error {
  override readonly name = 'NoSuchAccount';
}
