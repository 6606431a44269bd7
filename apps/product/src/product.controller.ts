import { Controller, Inject } from '@nestjs/common';
import { Product } from '@shop/contracts';
import { Faults } from '@shop/service';
import type { HandlerInput } from 'reprise/contracts';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';
import { Prices } from './prices.js';

/** Orchestrated: does what the saga asks for. */
@Controller()
export class ProductController implements Handlers<typeof Product> {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Prices) private readonly prices: Prices,
  ) {}

  @Handles(Product.price)
  price({ lines }: HandlerInput<typeof Product.price>, step: HandlerStep): Promise<{ total: number }> {
    return this.faults.around(() => this.prices.of(lines, step.manager));
  }
}
