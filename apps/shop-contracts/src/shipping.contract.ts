import { contract } from 'reprise/contracts';
import { z } from 'zod';
import { OrderId, OrderLine } from './order.js';

/** Parcels, and who carries them where. */
export const Shipping = contract('shipping', {
  ship: {
    input: z.object({ orderId: OrderId, region: z.string(), lines: z.array(OrderLine) }),
    output: z.object({ trackingId: z.string(), carrier: z.string() }),
    errors: { NoCarrier: z.object({ region: z.string() }) },
  },
  /** Stops the order's parcel. Safe when there is none. */
  cancel: { input: z.object({ orderId: OrderId }) },
});
