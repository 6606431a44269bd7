export { AppSagas, sagasIn } from './app-sagas.js';
export { commandLine, type Surroundings } from './command-line.js';
export { EXIT, EXIT_CODES, type ExitCode } from './exit-code.js';
export { Interruption } from './interruption.js';
export type { Output } from './terminal.js';
