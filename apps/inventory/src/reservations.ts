import { Inject, Injectable } from '@nestjs/common';
import { Inventory, type OrderLine } from '@shop/contracts';
import type { EffectContext } from '@shop/service';
import { Shelves } from './shelves.js';

interface ReserveStock {
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
}

/**
 * What orders hold of the stock. That, and not what the caller believes, decides what is undone or handed over: so both are safe when
 * there is nothing.
 */
@Injectable()
export class Reservations {
  constructor(@Inject(Shelves) private readonly shelves: Shelves) {}

  async reserve({ orderId, lines }: ReserveStock, { manager, key }: EffectContext): Promise<{ reservationId: string }> {
    const wanted = sumBySku(lines);
    const available = await this.shelves.lock([...wanted.keys()], manager);
    for (const [sku, quantity] of wanted) {
      const there = available.get(sku) ?? 0;
      if (there < quantity) throw new Inventory.errors.OutOfStock({ sku, wanted: quantity, available: there });
    }
    for (const [sku, quantity] of wanted) {
      await this.shelves.move({ sku, available: -quantity, reserved: quantity }, manager);
      await this.shelves.record('reserve', orderId, key, sku, quantity, manager);
    }
    return { reservationId: `r-${orderId}` };
  }

  async release({ orderId }: { readonly orderId: string }, { manager, key }: EffectContext): Promise<void> {
    for (const { sku, quantity, gone } of await this.shelves.heldBy(orderId, manager)) {
      const from = gone ? { gone: -quantity } : { reserved: -quantity };
      await this.shelves.move({ sku, available: quantity, ...from }, manager);
      await this.shelves.record('release', orderId, key, sku, quantity, manager);
    }
  }

  async handOver({ orderId }: { readonly orderId: string }, { manager, key }: EffectContext): Promise<void> {
    for (const { sku, quantity } of await this.shelves.heldBy(orderId, manager)) {
      await this.shelves.move({ sku, reserved: -quantity, gone: quantity }, manager);
      await this.shelves.record('handOver', orderId, key, sku, quantity, manager);
    }
  }
}

/** Pieces by article, in the order in which rows are locked everywhere: two orders never wait for each other in a circle. */
function sumBySku(lines: readonly OrderLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const sku of lines.map((line) => line.sku).sort()) sums.set(sku, 0);
  for (const { sku, quantity } of lines) sums.set(sku, sums.get(sku)! + quantity);
  return sums;
}
