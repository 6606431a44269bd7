import type { DynamicModule } from '@nestjs/common';
import { HEARD_BY } from '@shop/contracts';
import { SagaModule } from 'reprise';
import { microservices, type Services } from 'reprise/microservices';
import { postgres } from 'reprise/postgres';
import { DataSource } from 'typeorm';
import type { ServiceName } from './settings.js';
import { transportTo } from './transport.js';

/** The outbox of a choreographed service, in its own database, with the services that hear what comes out of it. */
export function outboxModule(schema: string): DynamicModule {
  const listeners = Object.entries(HEARD_BY).map(([service, on]) => [
    service,
    { ...transportTo(service as ServiceName), on },
  ]);
  return SagaModule.forRootAsync({
    useFactory: (dataSource: DataSource) => ({
      store: postgres({ dataSource, schema: `${schema}_outbox` }),
      transport: microservices(Object.fromEntries(listeners) as Services),
      lease: '5s',
      // What is published in a transaction is found by looking when that has committed.
      poll: '100ms',
      cues: { timeout: '5s' },
    }),
    inject: [DataSource],
  });
}
