import { Controller, Inject } from '@nestjs/common';
import { type OrderLine, Shipping } from '@shop/contracts';
import { Faults } from '@shop/service';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';

interface Ship {
  readonly orderId: string;
  readonly region: string;
  readonly lines: readonly OrderLine[];
}

@Controller()
export class ShippingController implements Handlers<typeof Shipping> {
  constructor(@Inject(Faults) private readonly faults: Faults) {}

  @Handles(Shipping.ship)
  ship({ orderId, region, lines }: Ship, step: HandlerStep): Promise<{ trackingId: string; carrier: string }> {
    return this.faults.around(async () => {
      const [carrier] = await step.manager.query('select name from shipping.carrier where region = $1', [region]);
      if (!carrier) throw new Shipping.errors.NoCarrier({ region });
      await this.record('ship', orderId, carrier.name, JSON.stringify(lines), step);
      return { trackingId: `t-${orderId}`, carrier: carrier.name };
    });
  }

  @Handles(Shipping.cancel)
  cancel({ orderId }: { orderId: string }, step: HandlerStep): Promise<void> {
    return this.faults.around(async () => {
      const rows: { kind: string; carrier: string; lines: unknown }[] = await step.manager.query(
        'select kind, carrier, lines from shipping.ledger where order_id = $1 order by id',
        [orderId],
      );
      const last = rows.at(-1);
      if (last?.kind === 'ship') await this.record('cancel', orderId, last.carrier, JSON.stringify(last.lines), step);
    });
  }

  private async record(
    kind: 'ship' | 'cancel',
    orderId: string,
    carrier: string,
    lines: string,
    step: HandlerStep,
  ): Promise<void> {
    await step.manager.query(
      'insert into shipping.ledger (order_id, step_key, kind, carrier, lines) values ($1, $2, $3, $4, $5)',
      [orderId, step.key, kind, carrier, lines],
    );
  }
}
