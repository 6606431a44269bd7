import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { seasonName } from '@shop/service';
import { DataSource } from 'typeorm';

/** Fills the customers' accounts at the beginning of a season, once, however often the service starts in it. */
@Injectable()
export class Payday implements OnModuleInit {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async onModuleInit(): Promise<void> {
    await this.database.transaction(async (manager) => {
      const season: unknown[] = await manager.query(
        'insert into payment.season (name) values ($1) on conflict do nothing returning name',
        [seasonName()],
      );
      if (season.length === 0) return;
      await manager.query('select 1 from payment.account for update');
      await manager.query(
        `insert into payment.ledger (kind, customer_id, amount)
           select 'deposit', customer_id, allowance - balance from payment.account where balance < allowance`,
      );
      await manager.query('update payment.account set balance = allowance where balance < allowance');
    });
  }
}
