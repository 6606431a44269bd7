import { BadRequestException, Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ClientKafka, type ClientOptions, type ClientProxy, ClientProxyFactory } from '@nestjs/microservices';
import { inNamespace, PARTICIPANTS, transportTo } from '@shop/service';
import { firstValueFrom, timeout } from 'rxjs';
import { z } from 'zod';
import { TokenGuard } from './token.guard.js';

const Wish = z.object({ rate: z.number().min(0).max(1), service: z.enum(PARTICIPANTS).optional() });

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

  private async tell(service: (typeof PARTICIPANTS)[number], rate: number): Promise<string> {
    const client: ClientProxy = ClientProxyFactory.create(transportTo(service) as ClientOptions);
    const pattern = inNamespace(`${service}.faults`);
    // Kafka has to know before it connects that answers will come.
    if (client instanceof ClientKafka) client.subscribeToResponseOf(pattern);
    try {
      await firstValueFrom(client.send(pattern, { rate }).pipe(timeout(10_000)));
      return 'told';
    } catch (error) {
      return `not reached: ${String(error)}`;
    } finally {
      await client.close();
    }
  }
}
