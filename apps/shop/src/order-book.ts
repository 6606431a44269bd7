import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Reads the engine's tables for an overview. A console with lists and figures comes with a later release. */
@Injectable()
export class OrderBook {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** How many orders stand where, and why those failed that failed. */
  async summary() {
    const states: { status: string; orders: number; retrying: number }[] = await this.database.query(
      `select status, count(*)::int as orders, count(*) filter (where retrying)::int as retrying
         from reprise.instance where saga = 'order.place' group by status order by status`,
    );
    const reasons: { reason: string; orders: number }[] = await this.database.query(
      `select error->>'name' as reason, count(*)::int as orders
         from reprise.instance where saga = 'order.place' and error is not null group by 1 order by 2 desc, 1`,
    );
    return { states, reasons };
  }
}
