import type { DynamicModule } from '@nestjs/common';
import { ParticipantModule } from 'reprise/participant';
import { DataSource } from 'typeorm';

/** The inbox of a service, beside its tables. */
export function inboxModule(schema: string): DynamicModule {
  return ParticipantModule.forRootAsync({
    useFactory: (dataSource: DataSource) => ({ inbox: { dataSource, schema: `${schema}_inbox` } }),
    inject: [DataSource],
  });
}
