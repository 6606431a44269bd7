import { COMMON, type Command } from './command.js';
import { commandHelp, overallHelp } from './help-text.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { badUsage, exitCodeOf, failureText } from './failure.js';
import { closest } from './closest.js';
import { Interruption, pause, readerLeft } from './interruption.js';
import { parseOptions } from './option.js';
import { COMMANDS } from './registry.js';
import { Terminal, type Output } from './terminal.js';

/** The process around the command line. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths begin at. */
  readonly folder: string;
  /** The release, for `--version`. */
  readonly version?: string;
  /** Stops the command; its reason is an `Interruption`. */
  readonly signal?: AbortSignal;
}

/** How long a command that was stopped may take to close what it has open. */
const TIDYING = 1_000;

/**
 * Runs one command: what `npx reprise` does with its arguments. Answers the exit code; never rejects.
 * @param args without the name of the program, as `process.argv.slice(2)`
 */
export async function commandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const terminal = new Terminal(around.stdout, around.stderr, around.env);
  try {
    return await answer(args, around, terminal);
  } catch (error) {
    if (error instanceof Interruption) return error.exit;
    terminal.note(failureText(error, args.includes('--verbose')));
    return exitCodeOf(error);
  } finally {
    terminal.endProgress();
  }
}

async function answer(args: readonly string[], around: Surroundings, terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    await terminal.print(overallHelp(COMMANDS));
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version') {
    await terminal.print(around.version ?? 'unknown');
    return EXIT.done;
  }
  const command = commandOf(name === 'help' ? rest[0]! : name);
  if (name === 'help' || rest.includes('--help') || rest.includes('-h')) {
    await terminal.print(commandHelp({ ...command, options: { ...command.options, ...COMMON } }));
    return EXIT.done;
  }
  const { options, operands } = parseOptions(command.name, { ...command.options, ...COMMON }, rest);
  return stoppable(around, (signal) => {
    const { env, folder } = around;
    return command.run({ options: options as never, operands, terminal, env, folder, signal });
  });
}

function commandOf(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found) return found;
  const names = COMMANDS.map((command) => command.name);
  const meant = closest(name, names);
  throw badUsage(
    `There is no command "${name}".`,
    meant ? `Did you mean \`reprise ${meant}\`?` : 'See `reprise --help`.',
  );
}

/** Runs until it ends, Ctrl+C is pressed, or nobody reads the output any more. */
async function stoppable(
  { stdout, stderr, signal }: Surroundings,
  run: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  const forward = (): void => stop.abort(signal!.reason);
  const broken = (): void => stop.abort(readerLeft());
  if (signal?.aborted) forward();
  signal?.addEventListener('abort', forward);
  stdout.on('error', broken);
  stderr.on('error', broken);
  try {
    const running = run(stop.signal);
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', () => {
        const tidied = new AbortController();
        void running.catch(() => undefined).then(() => tidied.abort());
        void pause(TIDYING, tidied.signal).then(() => reject(stop.signal.reason));
      });
    });
    return await Promise.race([running, stopped]);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', forward);
    stdout.off('error', broken);
    stderr.off('error', broken);
  }
}
