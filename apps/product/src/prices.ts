import { Injectable } from '@nestjs/common';
import { type OrderLine, Product } from '@shop/contracts';
import type { EntityManager } from 'typeorm';

interface Article {
  readonly sku: string;
  readonly price: number;
}

/** What things cost. */
@Injectable()
export class Prices {
  async of(lines: readonly OrderLine[], manager: EntityManager): Promise<{ total: number }> {
    const skus = lines.map((line) => line.sku);
    const articles: Article[] = await manager.query('select sku, price from product.article where sku = any($1)', [
      skus,
    ]);
    const prices = new Map(articles.map((article) => [article.sku, article.price]));
    let total = 0;
    for (const { sku, quantity } of lines) {
      const price = prices.get(sku);
      if (price === undefined) throw new Product.errors.UnknownArticle({ sku });
      total += price * quantity;
    }
    return { total };
  }
}
