import { BadRequestException } from '@nestjs/common';
import { PlaceOrder } from '@shop/contracts';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { approvalTimeout } from './approval-timeout.js';

/** What a customer sends; an id of one's own makes it safe to send the same order twice. */
const NewOrder = PlaceOrder.extend({
  approvalWithin: PlaceOrder.shape.approvalWithin.default(approvalTimeout),
  id: PlaceOrder.shape.id.optional(),
  cartId: PlaceOrder.shape.cartId.optional(),
});
export const Verdict = z.object({ by: z.string().min(1).max(100), approved: z.boolean().default(true) });
export const Cancellation = z.object({ reason: z.string().max(500).optional() }).default({});

/** The order that a request asks for. Throws a 400 for what is none. */
export function orderOf(body: unknown): PlaceOrder {
  const { id = randomUUID(), cartId = `cart-${id}`, ...order } = parse(NewOrder, body);
  return { ...order, id, cartId };
}

export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new BadRequestException(z.prettifyError(result.error));
}
