import { Controller, Inject } from '@nestjs/common';
import { Inventory, type OrderLine } from '@shop/contracts';
import { Faults } from '@shop/service';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';
import { type Held, Shelves } from './shelves.js';

interface ReserveStock {
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
}

@Controller()
export class InventoryController implements Handlers<typeof Inventory> {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Shelves) private readonly shelves: Shelves,
  ) {}

  @Handles(Inventory.reserve)
  reserve({ orderId, lines }: ReserveStock, step: HandlerStep): Promise<{ reservationId: string }> {
    return this.faults.around(async () => {
      const wanted = sumBySku(lines);
      const available = await this.shelves.lock([...wanted.keys()], step.manager);
      for (const [sku, quantity] of wanted) {
        const there = available.get(sku) ?? 0;
        if (there < quantity) throw new Inventory.errors.OutOfStock({ sku, wanted: quantity, available: there });
      }
      for (const [sku, quantity] of wanted) {
        await this.shelves.move({ sku, available: -quantity, reserved: quantity }, step.manager);
        await this.shelves.record('reserve', orderId, step.key, sku, quantity, step.manager);
      }
      return { reservationId: `r-${orderId}` };
    });
  }

  @Handles(Inventory.release)
  release({ orderId }: { orderId: string }, step: HandlerStep): Promise<void> {
    return this.eachHeld(orderId, step, async ({ sku, quantity, gone }) => {
      const from = gone ? { gone: -quantity } : { reserved: -quantity };
      await this.shelves.move({ sku, available: quantity, ...from }, step.manager);
      await this.shelves.record('release', orderId, step.key, sku, quantity, step.manager);
    });
  }

  @Handles(Inventory.handOver)
  handOver({ orderId }: { orderId: string }, step: HandlerStep): Promise<void> {
    return this.eachHeld(orderId, step, async ({ sku, quantity }) => {
      await this.shelves.move({ sku, reserved: -quantity, gone: quantity }, step.manager);
      await this.shelves.record('handOver', orderId, step.key, sku, quantity, step.manager);
    });
  }

  /** What the order holds decides what is done, not what the caller believes: so an undo is safe when there is nothing to undo. */
  private eachHeld(orderId: string, step: HandlerStep, work: (held: Held) => Promise<void>): Promise<void> {
    return this.faults.around(async () => {
      for (const held of await this.shelves.heldBy(orderId, step.manager)) await work(held);
    });
  }
}

/** Pieces by article, in the order in which rows are locked everywhere: two orders never wait for each other in a circle. */
function sumBySku(lines: readonly OrderLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const sku of lines.map((line) => line.sku).sort()) sums.set(sku, 0);
  for (const { sku, quantity } of lines) sums.set(sku, sums.get(sku)! + quantity);
  return sums;
}
