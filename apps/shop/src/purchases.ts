import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import type { Parcel, PricedPurchase, Purchase } from '@shop/contracts';
import { DataSource, type EntityManager } from 'typeorm';

interface Row {
  readonly order_id: string;
  readonly status: string;
  readonly total: string | null;
  readonly reason: string | null;
  readonly parcel: Parcel | null;
  readonly started_at: Date;
  readonly closed_at: Date | null;
}

/** The shop's own record of its orders, in the models without a saga that would have it: where each stands, and how it ended. */
@Injectable()
export class Purchases {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Answers false when there is one of that id already. */
  async open(order: Purchase, manager: EntityManager = this.database.manager): Promise<boolean> {
    const opened: unknown[] = await manager.query(
      'insert into shop.purchase (order_id, placed) values ($1, $2) on conflict do nothing returning order_id',
      [order.orderId, JSON.stringify(order)],
    );
    return opened.length > 0;
  }

  async complete(parcel: Parcel, manager: EntityManager = this.database.manager): Promise<void> {
    await manager.query(
      `update shop.purchase set status = 'completed', parcel = $2, closed_at = clock_timestamp() where order_id = $1`,
      [parcel.orderId, JSON.stringify(parcel)],
    );
  }

  /** @param status failed: nothing had to be undone */
  async fail(
    orderId: string,
    status: 'compensated' | 'failed',
    reason: string,
    manager: EntityManager = this.database.manager,
  ): Promise<void> {
    await manager.query(
      'update shop.purchase set status = $2, reason = $3, closed_at = clock_timestamp() where order_id = $1',
      [orderId, status, reason],
    );
  }

  async awaitDecision({ orderId, total }: PricedPurchase): Promise<void> {
    await this.database.query(`update shop.purchase set status = 'waiting', total = $2 where order_id = $1`, [
      orderId,
      total,
    ]);
  }

  /** Takes an order that waits for a decision. Of several that decide at once one gets it. */
  async decide(orderId: string): Promise<PricedPurchase | undefined> {
    const [rows]: [{ placed: Purchase; total: string }[]] = await this.database.query(
      `update shop.purchase set status = 'running' where order_id = $1 and status = 'waiting' returning placed, total`,
      [orderId],
    );
    return rows[0] && { ...rows[0].placed, total: Number(rows[0].total) };
  }

  /** Orders about which nobody has decided in time. */
  async forgotten(): Promise<string[]> {
    const rows: Pick<Row, 'order_id'>[] = await this.database.query(
      `select order_id from shop.purchase where status = 'waiting' and closed_at is null
          and started_at + (placed->>'approvalWithin')::bigint * interval '1 millisecond' < clock_timestamp()`,
    );
    return rows.map((row) => row.order_id);
  }

  async show(orderId: string) {
    const [row]: Row[] = await this.database.query('select * from shop.purchase where order_id = $1', [orderId]);
    if (!row) throw new NotFoundException(`There is no order ${orderId}.`);
    const { status, reason, parcel, started_at: startedAt, closed_at: closedAt } = row;
    return { id: orderId, status, reason, parcel, startedAt, closedAt };
  }

  async summary() {
    const states: { status: string; orders: number }[] = await this.database.query(
      'select status, count(*)::int as orders from shop.purchase group by status order by status',
    );
    const reasons: { reason: string; orders: number }[] = await this.database.query(
      `select reason, count(*)::int as orders from shop.purchase where reason is not null
        group by 1 order by 2 desc, 1`,
    );
    return { states, reasons };
  }
}
