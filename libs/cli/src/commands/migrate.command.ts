import { command } from '../command.js';
import { connecting, CONNECTION, connectionOptions, postgresLibrary } from '../database.js';
import { EXIT } from '../exit-code.js';

export const migrateCommand = command({
  name: 'migrate',
  summary: 'Brings the schema up to date',
  operands: '',
  options: { 'dry-run': { kind: 'flag', says: 'only say what is missing' }, ...CONNECTION },
  notes: ['Each migration is a transaction. The role needs the right to create the schema and tables in it.'],
  examples: [
    { command: 'reprise migrate', says: 'before a deploy' },
    { command: 'reprise migrate --dry-run --json', says: 'what a deploy would change' },
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const connection = connectionOptions(invocation);
    const { PostgresMigrations } = await postgresLibrary();
    const migrations = new PostgresMigrations({ ...connection, pool: 1 });
    const pending = await connecting(() => migrations.pending());
    const dry = options['dry-run'];
    if (!dry && pending.length > 0) await connecting(() => migrations.apply());
    const schema = connection.schema ?? 'reprise';
    if (options.json) {
      await terminal.printJson({ schema, [dry ? 'missing' : 'applied']: pending });
      return EXIT.done;
    }
    for (const { number, name } of pending)
      await terminal.print(`${dry ? 'missing' : 'applied'} ${String(number).padStart(4, '0')} ${name}`);
    if (pending.length === 0) await terminal.print(`The schema ${schema} is up to date.`);
    return EXIT.done;
  },
});
