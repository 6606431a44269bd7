import { wholeNumber } from '@shop/service';

const TWO_DAYS = 2 * 24 * 60 * 60 * 1_000;

/** How long a big order waits for a decision, in milliseconds: `SHOP_APPROVAL_TIMEOUT`, or two days. */
export function approvalTimeout(): number {
  return wholeNumber('SHOP_APPROVAL_TIMEOUT', TWO_DAYS);
}
