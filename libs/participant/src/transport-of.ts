import { KafkaContext, MqttContext, NatsContext, RedisContext, RmqContext, TcpContext } from '@nestjs/microservices';
import { GrpcContext } from './servers/grpc-server.js';

const CONTEXTS = [
  [TcpContext, 'TCP'],
  [NatsContext, 'NATS'],
  [RedisContext, 'REDIS'],
  [RmqContext, 'RMQ'],
  [MqttContext, 'MQTT'],
  [KafkaContext, 'KAFKA'],
  [GrpcContext, 'GRPC'],
] as const;

/** The name of the transport that a request came over, by the context that its handler gets. */
export function transportOf(context: unknown): string {
  return CONTEXTS.find(([kind]) => context instanceof kind)?.[1] ?? 'other';
}
