import { Controller, Inject } from '@nestjs/common';
import { Product } from '@shop/contracts';
import { Faults } from '@shop/service';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';

interface Article {
  readonly sku: string;
  readonly price: number;
}

@Controller()
export class ProductController implements Handlers<typeof Product> {
  constructor(@Inject(Faults) private readonly faults: Faults) {}

  @Handles(Product.price)
  price(order: { lines: readonly { sku: string; quantity: number }[] }, step: HandlerStep): Promise<{ total: number }> {
    return this.faults.around(async () => {
      const skus = order.lines.map((line) => line.sku);
      const articles: Article[] = await step.manager.query(
        'select sku, price from product.article where sku = any($1)',
        [skus],
      );
      const prices = new Map(articles.map((article) => [article.sku, article.price]));
      let total = 0;
      for (const { sku, quantity } of order.lines) {
        const price = prices.get(sku);
        if (price === undefined) throw new Product.errors.UnknownArticle({ sku });
        total += price * quantity;
      }
      return { total };
    });
  }
}
