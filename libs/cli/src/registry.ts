import type { Command } from './command.js';
import { exportCommand } from './commands/export.command.js';
import { migrateCommand } from './commands/migrate.command.js';

/** Every command, in the order in which the help lists them. A new one is a file of its own and a line here. */
export const COMMANDS: readonly Command[] = [migrateCommand, exportCommand];
