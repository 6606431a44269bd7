import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Faults } from './faults.js';

/** Lets the shop switch a service's faults while it runs. */
@Controller()
export class FaultsController {
  constructor(@Inject(Faults) private readonly faults: Faults) {}

  @MessagePattern('faults')
  set(@Payload() wish: { rate: number }): { rate: number } {
    this.faults.rate = wish.rate;
    return { rate: this.faults.rate };
  }
}
