import { Controller, Inject, SetMetadata, UseInterceptors, type Type } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { HEARD, heardInquiry, type DeliveryInquiry } from 'reprise/contracts';
import { DELIVERY_INQUIRY, type RequestTrace } from 'reprise/core';
import { HANDLED_COMMAND, type HandledCommand } from './handled-command.js';
import { HandlesInterceptor } from './handles.interceptor.js';
import { Participant } from './participant.js';

/**
 * Not Kafka: each pattern is a topic there, which somebody would have to make, and a question would wait behind the very command that it is
 * about.
 */
const ASKED_OVER = [
  Transport.TCP,
  Transport.NATS,
  Transport.REDIS,
  Transport.RMQ,
  Transport.MQTT,
  Transport.GRPC,
] as const;

const handled: HandledCommand = { command: heardInquiry, declared: new Map(), transaction: false, unrecorded: true };

/** Answers orchestrators that ask what became of their requests, over each transport that such a question makes sense on. */
export const DELIVERY_CONTROLLERS: readonly Type[] = ASKED_OVER.map((transport) => {
  @Controller()
  @UseInterceptors(HandlesInterceptor)
  class DeliveryController {
    constructor(@Inject(Participant) private readonly participant: Participant) {}

    @MessagePattern(`${HEARD}${DELIVERY_INQUIRY}`, transport)
    @SetMetadata(HANDLED_COMMAND, handled)
    known({ keys }: DeliveryInquiry): Promise<RequestTrace[]> {
      return this.participant.known(keys);
    }
  }
  return DeliveryController;
});
