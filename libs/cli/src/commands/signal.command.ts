import { APP, loadSagas } from '../app-sagas.js';
import { command } from '../command.js';
import { DATABASE, withEngine } from '../database.js';
import { EXIT } from '../exit-code.js';
import { badUsage } from '../failure.js';
import { jsonValue } from '../operand.js';
import { printable } from '../printable.js';

export const signalCommand = command({
  name: 'signal',
  summary: 'Sends a signal to an instance',
  operands: '<id> <name> [json…]',
  options: {
    key: { kind: 'text', value: '<key>', says: 'sent again with it, it is delivered once' },
    app: { kind: 'text', value: APP.app.value, says: 'checks that the saga has the signal' },
    ...DATABASE,
  },
  notes: [
    'A signal is a message of the application, not of an operator: the history has what was sent, not who sent it.',
  ],
  examples: [{ command: `reprise signal order-17 approve '"finance"'`, says: 'arguments are JSON' }],
  async run(invocation) {
    const { options, operands, terminal, folder } = invocation;
    const [id, name, ...json] = operands;
    if (id === undefined || name === undefined)
      throw badUsage('signal takes <id> <name> [json…].', 'See `reprise signal --help`.');
    const args = json.map(jsonValue);
    const sagas = options.app === undefined ? undefined : await loadSagas(options.app, folder);
    await withEngine(invocation, async (engine) => {
      const { saga, version } = await engine.describe(id);
      const signals = sagas?.get(saga, version).signals;
      if (signals && !signals.has(name))
        throw badUsage(`Saga "${saga}" has no signal "${name}".`, `It has ${[...signals].join(', ') || 'none'}.`);
      await engine.signal(id, name, args, options.key === undefined ? {} : { key: options.key });
    });
    if (options.json) await terminal.printJson({ id, signal: name });
    else await terminal.print(printable(`${id} has signal ${name}`));
    return EXIT.done;
  },
});
