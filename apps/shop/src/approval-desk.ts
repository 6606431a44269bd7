import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Orders above this amount, in cents, need somebody's consent. */
export const APPROVAL_LIMIT = 100_000;

/** The list of big orders that wait for somebody's decision. Every method may run twice: a step runs at least once. */
@Injectable()
export class ApprovalDesk {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async ask(orderId: string, total: number): Promise<void> {
    await this.database.query(
      'insert into shop.approval (order_id, total) values ($1, $2) on conflict (order_id) do nothing',
      [orderId, total],
    );
  }

  async settle(orderId: string, outcome: string): Promise<void> {
    await this.database.query(
      `insert into shop.approval (order_id, total, outcome) values ($1, 0, $2)
       on conflict (order_id) do update set outcome = excluded.outcome`,
      [orderId, outcome],
    );
  }

  /** What waits, longest first. */
  async open(): Promise<{ orderId: string; total: number; askedAt: Date }[]> {
    const rows: { order_id: string; total: string; asked_at: Date }[] = await this.database.query(
      'select order_id, total, asked_at from shop.approval where outcome is null order by asked_at limit 200',
    );
    return rows.map((row) => ({ orderId: row.order_id, total: Number(row.total), askedAt: row.asked_at }));
  }
}
