import { Controller, Inject } from '@nestjs/common';
import { Cart } from '@shop/contracts';
import { Faults } from '@shop/service';
import type { HandlerInput } from 'reprise/contracts';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';
import { Carts } from './carts.js';

/** Orchestrated: does what the saga asks for. */
@Controller()
export class CartController implements Handlers<typeof Cart> {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Carts) private readonly carts: Carts,
  ) {}

  @Handles(Cart.take)
  take(order: HandlerInput<typeof Cart.take>, step: HandlerStep): Promise<void> {
    return this.faults.around(() => this.carts.take(order, step));
  }

  @Handles(Cart.giveBack)
  giveBack(order: HandlerInput<typeof Cart.giveBack>, step: HandlerStep): Promise<void> {
    return this.faults.around(() => this.carts.giveBack(order, step));
  }

  @Handles(Cart.empty)
  empty(order: HandlerInput<typeof Cart.empty>, step: HandlerStep): Promise<void> {
    return this.faults.around(() => this.carts.empty(order, step));
  }
}
