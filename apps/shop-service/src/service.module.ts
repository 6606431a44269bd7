import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ParticipantModule } from 'reprise/participant';
import { DataSource } from 'typeorm';
import { Faults } from './faults.js';
import { faultsController } from './faults.controller.js';
import { migrate, type Migration } from './migrate.js';
import { databaseUrl } from './settings.js';

/** What every service of the shop has: a database with its own tables, the inbox for commands, and faults on demand. */
@Module({})
export class ServiceModule {
  /** @param schema of its tables: the name of the service */
  static withTables(schema: string, migrations: readonly Migration[]): DynamicModule {
    return {
      module: ServiceModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: async () => {
            await migrate(databaseUrl(), schema, migrations);
            return { type: 'postgres', url: databaseUrl(), poolSize: 8 };
          },
        }),
        ParticipantModule.forRootAsync({
          useFactory: (dataSource: DataSource) => ({ inbox: { dataSource, schema: `${schema}_inbox` } }),
          inject: [DataSource],
        }),
      ],
      controllers: [faultsController(schema)],
      providers: [Faults],
      exports: [Faults],
    };
  }
}
