import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { CallErrorFilter } from './call-error.filter.js';
import { Faults } from './faults.js';
import { faultsController } from './faults.controller.js';
import { inboxModule } from './inbox-module.js';
import type { Migration } from './migrate.js';
import { byModel } from './model.js';
import { outboxModule } from './outbox-module.js';
import { SuddenDeath } from './sudden-death.js';
import { tablesModule } from './tables-module.js';

/** What every service of the shop has: a database with its own tables, what its model needs, and trouble on demand. */
@Module({})
export class ServiceModule {
  /** @param schema of its tables: the name of the service */
  static withTables(schema: string, migrations: readonly Migration[]): DynamicModule {
    const tables = tablesModule(schema, migrations);
    const calls: Provider[] = [{ provide: APP_FILTER, useClass: CallErrorFilter }];
    return {
      module: ServiceModule,
      global: true,
      imports: byModel({
        orchestrated: [tables, inboxModule(schema)],
        choreographed: [tables, inboxModule(schema), outboxModule(schema)],
        coupled: [tables],
      }),
      controllers: [faultsController(schema)],
      providers: [
        Faults,
        { provide: APP_INTERCEPTOR, useClass: SuddenDeath },
        ...byModel({ orchestrated: [], choreographed: [], coupled: calls }),
      ],
      exports: [Faults],
    };
  }
}
