/** Nobody decided about a big order in time. */
export class ApprovalTimedOut extends Error {
  override readonly name = 'ApprovalTimedOut';
  constructor(orderId: string) {
    super(`nobody decided about order ${orderId} in time`);
  }
}

/** Somebody said no to a big order. */
export class ApprovalRefused extends Error {
  override readonly name = 'ApprovalRefused';
  constructor(orderId: string, by: string) {
    super(`${by} refused order ${orderId}`);
  }
}
