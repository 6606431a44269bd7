import type { Command } from './command.js';
import { cancelCommand } from './commands/cancel.command.js';
import { completeCommand } from './commands/complete.command.js';
import { diagramCommand } from './commands/diagram.command.js';
import { doctorCommand } from './commands/doctor.command.js';
import { exportCommand } from './commands/export.command.js';
import { historyCommand } from './commands/history.command.js';
import { incidentsCommand } from './commands/incidents.command.js';
import { listCommand } from './commands/list.command.js';
import { migrateCommand } from './commands/migrate.command.js';
import { pauseCommand } from './commands/pause.command.js';
import { queryCommand } from './commands/query.command.js';
import { redriveCommand } from './commands/redrive.command.js';
import { replayCheckCommand } from './commands/replay-check.command.js';
import { resumeCommand } from './commands/resume.command.js';
import { retryCommand } from './commands/retry.command.js';
import { showCommand } from './commands/show.command.js';
import { signalCommand } from './commands/signal.command.js';
import { skipCommand } from './commands/skip.command.js';
import { statusCommand } from './commands/status.command.js';
import { terminateCommand } from './commands/terminate.command.js';
import { testFromCommand } from './commands/test-from.command.js';
import { watchCommand } from './commands/watch.command.js';

/** Every command, in the order in which the help lists them. A new one is a file of its own and a line here. */
export const COMMANDS: readonly Command[] = [
  migrateCommand,
  doctorCommand,
  ...[exportCommand, replayCheckCommand, testFromCommand, diagramCommand],
  ...[statusCommand, listCommand, showCommand, historyCommand, incidentsCommand, watchCommand],
  ...[signalCommand, queryCommand],
  ...[
    retryCommand,
    completeCommand,
    skipCommand,
    cancelCommand,
    terminateCommand,
    pauseCommand,
    resumeCommand,
    redriveCommand,
  ],
];
