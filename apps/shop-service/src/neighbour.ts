import { Logger } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import { address, plainTransportTo } from './plain-transport.js';
import type { ServiceName } from './settings.js';

/** Another service, called directly. */
export class Neighbour {
  private readonly logger = new Logger(Neighbour.name);
  private readonly client: ClientProxy;

  /** @param patience how long an answer may take, in milliseconds: longer than the neighbour waits for its own neighbours */
  constructor(
    private readonly service: ServiceName,
    private readonly patience: number,
  ) {
    this.client = ClientProxyFactory.create(plainTransportTo(service));
  }

  /** Throws what the service threw, or that there was no answer: then nobody knows whether it was done. */
  async call<T>(operation: string, input: object): Promise<T> {
    const answer = this.client.send<T>(address(`${this.service}.${operation}`), input);
    try {
      return await firstValueFrom(answer.pipe(timeout(this.patience)), { defaultValue: undefined as T });
    } catch (error) {
      throw error instanceof Error ? error : Object.assign(new Error(), error);
    }
  }

  /** Asks it to undo what it may have done. It is asked once: whoever asks has a caller that waits, and forgets it afterwards. */
  async undo(order: { readonly orderId: string }): Promise<void> {
    try {
      await this.call('undo', order);
    } catch (error) {
      this.logger.error(`${this.service} could not be told to undo order ${order.orderId}: ${String(error)}`);
    }
  }
}
