import type { Migration } from '@shop/service';
import { CATALOGUE } from './catalogue.js';

export const SCHEMA = 'product';

const articles = CATALOGUE.map(([sku, name, price]) => `('${sku}', '${name}', ${price})`).join(', ');

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `create table product.article (sku text primary key, name text not null, price int not null check (price > 0));
          insert into product.article values ${articles};`,
  },
];
