import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What an order holds of one article. */
export interface Held {
  readonly sku: string;
  readonly quantity: number;
  /** True when it has left the house already. */
  readonly gone: boolean;
}

interface Move {
  readonly sku: string;
  readonly available?: number;
  readonly reserved?: number;
  readonly gone?: number;
}

/** The stock and its ledger. Everything happens in the transaction of the step that asks. */
@Injectable()
export class Shelves {
  /** Locks the articles and tells how many of each are available. */
  async lock(skus: readonly string[], manager: EntityManager): Promise<Map<string, number>> {
    const rows: { sku: string; available: number }[] = await manager.query(
      'select sku, available from inventory.stock where sku = any($1) order by sku for update',
      [skus],
    );
    return new Map(rows.map((row) => [row.sku, row.available]));
  }

  async move({ sku, available = 0, reserved = 0, gone = 0 }: Move, manager: EntityManager): Promise<void> {
    await manager.query(
      `update inventory.stock set available = available + $2, reserved = reserved + $3, gone = gone + $4 where sku = $1`,
      [sku, available, reserved, gone],
    );
  }

  async record(
    kind: 'reserve' | 'release' | 'handOver',
    orderId: string,
    stepKey: string,
    sku: string,
    quantity: number,
    manager: EntityManager,
  ): Promise<void> {
    await manager.query(
      'insert into inventory.ledger (order_id, step_key, kind, sku, quantity) values ($1, $2, $3, $4, $5)',
      [orderId, stepKey, kind, sku, quantity],
    );
  }

  async heldBy(orderId: string, manager: EntityManager): Promise<Held[]> {
    return manager.query(
      `select sku,
              sum(case kind when 'reserve' then quantity when 'release' then -quantity else 0 end)::int as quantity,
              bool_or(kind = 'handOver') as gone
         from inventory.ledger where order_id = $1 group by sku
       having sum(case kind when 'reserve' then quantity when 'release' then -quantity else 0 end) > 0 order by sku`,
      [orderId],
    );
  }
}
