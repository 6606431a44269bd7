import { APP, loadSagas } from '../app-sagas.js';
import { command } from '../command.js';
import { DATABASE, withEngine } from '../database.js';
import { EXIT } from '../exit-code.js';
import { badUsage } from '../failure.js';
import { jsonValue } from '../operand.js';

export const queryCommand = command({
  name: 'query',
  summary: 'Asks an instance, by replaying its history with the code of today',
  operands: '<id> <name> [json…]',
  options: { ...APP, ...DATABASE },
  notes: ['Fields of an instance are nowhere but in its code: hence --app. It is loaded, not started.'],
  examples: [
    { command: 'reprise query order-17 status --app dist/app.module.js#AppModule', says: 'the answer as JSON' },
  ],
  async run(invocation) {
    const { options, operands, terminal, folder } = invocation;
    const [id, name, ...json] = operands;
    if (id === undefined || name === undefined)
      throw badUsage('query takes <id> <name> [json…].', 'See `reprise query --help`.');
    const args = json.map(jsonValue);
    const sagas = await loadSagas(options.app, folder);
    const answer = await withEngine(invocation, async (engine) => {
      const { saga, version } = await engine.describe(id);
      return engine.query(sagas.get(saga, version), id, name, args);
    });
    await terminal.printJson(answer ?? null);
    return EXIT.done;
  },
});
