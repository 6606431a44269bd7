import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { seasonName } from '@shop/service';
import { DataSource, type EntityManager } from 'typeorm';

/** How many pieces fill a shelf, of most articles and of those that are rare. */
const FULL = 5_000;
const FULL_RARE: Readonly<Record<string, number>> = { 'umbrella-1905': 3 };
const ARTICLES = (
  'tea-assam tea-sencha tea-rooibos coffee-yirga coffee-house cup-white cup-blue pot-cast pot-glass kettle-steel ' +
  'kettle-temp grinder-hand grinder-disc press-small press-large scale filter-paper honey-lime biscuit-oat ' +
  'biscuit-ginger machine-lever machine-dual roaster-home umbrella-1905'
).split(' ');

/** Fills the shelves at the beginning of a season, once, however often the service starts in it. */
@Injectable()
export class Delivery implements OnModuleInit {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async onModuleInit(): Promise<void> {
    await this.database.transaction(async (manager) => {
      const season: unknown[] = await manager.query(
        'insert into inventory.season (name) values ($1) on conflict do nothing returning name',
        [seasonName()],
      );
      if (season.length === 0) return;
      for (const sku of ARTICLES) await this.fillUp(sku, FULL_RARE[sku] ?? FULL, manager);
    });
  }

  private async fillUp(sku: string, full: number, manager: EntityManager): Promise<void> {
    await manager.query('insert into inventory.stock (sku) values ($1) on conflict do nothing', [sku]);
    const [shelf] = await manager.query('select available from inventory.stock where sku = $1 for update', [sku]);
    const missing = full - shelf.available;
    if (missing <= 0) return;
    await manager.query('update inventory.stock set available = $2 where sku = $1', [sku, full]);
    await manager.query(`insert into inventory.ledger (kind, sku, quantity) values ('delivery', $1, $2)`, [
      sku,
      missing,
    ]);
  }
}
