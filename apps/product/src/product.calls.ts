import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { Purchase } from '@shop/contracts';
import { address, Faults } from '@shop/service';
import { DataSource } from 'typeorm';
import { Prices } from './prices.js';

/** Coupled: tells the price to whoever asks. */
@Controller()
export class ProductCalls {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Prices) private readonly prices: Prices,
    @Inject(DataSource) private readonly database: DataSource,
  ) {}

  @MessagePattern(address('product.price'))
  price(@Payload() { lines }: Purchase): Promise<{ total: number }> {
    return this.faults.around(() => this.prices.of(lines, this.database.manager));
  }
}
