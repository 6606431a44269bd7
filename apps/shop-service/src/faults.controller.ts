import { Controller, Inject, type Type } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Faults } from './faults.js';
import { byModel } from './model.js';
import { address } from './plain-transport.js';

/** Lets the shop switch a service's faults while it runs. The pattern has the service's name: on a broker all of them listen. */
export function faultsController(service: string): Type {
  const pattern = `${service}.faults`;

  @Controller()
  class FaultsController {
    constructor(@Inject(Faults) private readonly faults: Faults) {}

    @MessagePattern(byModel({ orchestrated: pattern, choreographed: pattern, coupled: address(pattern) }))
    set(@Payload() wish: { rate: number }): { rate: number } {
      this.faults.rate = wish.rate;
      return { rate: this.faults.rate };
    }
  }
  return FaultsController;
}
