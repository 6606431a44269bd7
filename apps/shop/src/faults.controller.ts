import { BadRequestException, Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { PARTICIPANTS, type ServiceName, transportTo } from '@shop/service';
import { randomUUID } from 'node:crypto';
import { contract } from 'reprise/contracts';
import { microservices, type Services } from 'reprise/microservices';
import { z } from 'zod';
import { TokenGuard } from './token.guard.js';

const Wish = z.object({ rate: z.number().min(0).max(1), service: z.enum(PARTICIPANTS).optional() });

/** So long a service is given to say that it was told, in milliseconds: joining Kafka takes three seconds. */
const PATIENCE = 10_000;

/** `POST /faults {"rate":0.2}`: how much trouble the services shall make from now on. */
@Controller('faults')
@UseGuards(TokenGuard)
export class ShopFaultsController {
  @Post()
  @HttpCode(200)
  async set(@Body() body: unknown): Promise<Record<string, string>> {
    const wish = Wish.safeParse(body);
    if (!wish.success) throw new BadRequestException(z.prettifyError(wish.error));
    const { rate, service } = wish.data;
    const answers = (service ? [service] : PARTICIPANTS).map(async (name) => [name, await this.tell(name, rate)]);
    return Object.fromEntries(await Promise.all(answers));
  }

  private async tell(service: ServiceName, rate: number): Promise<string> {
    const { faults } = contract(service, { faults: { input: Wish.pick({ rate: true }) } });
    const transport = microservices({ [service]: transportTo(service) } as Services);
    transport.register(faults);
    const deadline = Date.now() + PATIENCE;
    const nobody = { saga: 'faults', instance: 'faults', run: 'faults', step: 'faults', call: 0, attempt: 1 };
    try {
      const command = { ...nobody, address: faults.address, key: randomUUID(), deadline, input: { rate } };
      const reply = await transport.send(command, deadline);
      return reply.outcome === 'completed' ? 'told' : `refused: ${reply.error.message}`;
    } catch (error) {
      return `not reached: ${String(error)}`;
    } finally {
      await transport.close();
    }
  }
}
