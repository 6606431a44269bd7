import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { migrate, type Migration } from './migrate.js';
import { databaseUrl } from './settings.js';

/** A pool of connections to the database in which a service has its tables, which are brought up to date. */
export function tablesModule(schema: string, migrations: readonly Migration[], poolSize = 8): DynamicModule {
  return TypeOrmModule.forRootAsync({
    useFactory: async () => {
      await migrate(databaseUrl(), schema, migrations);
      return { type: 'postgres', url: databaseUrl(), poolSize };
    },
  });
}
