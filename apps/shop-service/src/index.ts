export { Faults } from './faults.js';
export { migrate, type Migration } from './migrate.js';
export { ServiceModule } from './service.module.js';
export { announce, runService } from './run-service.js';
export { transportTo } from './transport.js';
export { databaseUrl, PARTICIPANTS, portOf, seasonName, type ServiceName, wholeNumber } from './settings.js';
