import { Injectable } from '@nestjs/common';
import { type OrderLine, type Parcel, Shipping } from '@shop/contracts';
import type { EffectContext } from '@shop/service';

interface Ship {
  readonly orderId: string;
  readonly region: string;
  readonly lines: readonly OrderLine[];
}

/** Parcels, and who carries them. */
@Injectable()
export class Parcels {
  async ship({ orderId, region, lines }: Ship, context: EffectContext): Promise<Parcel> {
    const [carrier] = await context.manager.query('select name from shipping.carrier where region = $1', [region]);
    if (!carrier) throw new Shipping.errors.NoCarrier({ region });
    await this.record('ship', orderId, carrier.name, JSON.stringify(lines), context);
    return { orderId, trackingId: `t-${orderId}`, carrier: carrier.name };
  }

  /** Stops the order's parcel. Safe when there is none. */
  async cancel({ orderId }: { readonly orderId: string }, context: EffectContext): Promise<void> {
    const rows: { kind: string; carrier: string; lines: unknown }[] = await context.manager.query(
      'select kind, carrier, lines from shipping.ledger where order_id = $1 order by id',
      [orderId],
    );
    const last = rows.at(-1);
    if (last?.kind === 'ship') {
      await this.record('cancel', orderId, last.carrier, JSON.stringify(last.lines), context);
    }
  }

  private async record(
    kind: 'ship' | 'cancel',
    orderId: string,
    carrier: string,
    lines: string,
    { manager, key }: EffectContext,
  ): Promise<void> {
    await manager.query(
      'insert into shipping.ledger (order_id, step_key, kind, carrier, lines) values ($1, $2, $3, $4, $5)',
      [orderId, key, kind, carrier, lines],
    );
  }
}
