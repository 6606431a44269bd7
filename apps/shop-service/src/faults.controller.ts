import { Controller, Inject, type Type } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Faults } from './faults.js';

/** Lets the shop switch a service's faults while it runs. The pattern has the service's name: on a broker all of them listen. */
export function faultsController(service: string): Type {
  @Controller()
  class FaultsController {
    constructor(@Inject(Faults) private readonly faults: Faults) {}

    @MessagePattern(`${service}.faults`)
    set(@Payload() wish: { rate: number }): { rate: number } {
      this.faults.rate = wish.rate;
      return { rate: this.faults.rate };
    }
  }
  return FaultsController;
}
