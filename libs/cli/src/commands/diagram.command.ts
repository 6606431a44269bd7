import { existsSync } from 'node:fs';
import path from 'node:path';
import { historyDiagram, type Turn } from 'reprise/core';
import { sagaDiagram, sagaRecordOf } from 'reprise/decorators';
import { loadSagas, APP } from '../app-sagas.js';
import { command } from '../command.js';
import { DATABASE, withQueries } from '../database.js';
import { EXIT } from '../exit-code.js';
import { badUsage } from '../failure.js';
import { historiesIn } from '../history-files.js';
import { closest } from '../closest.js';

export const diagramCommand = command({
  name: 'diagram',
  summary: 'Draws the steps of a saga, or what an instance did, as text for Mermaid',
  operands: '',
  options: {
    app: { kind: APP.app.kind, value: APP.app.value, says: APP.app.says },
    saga: { kind: 'text', value: '<name>', says: 'of the application, only this saga' },
    history: {
      kind: 'text',
      value: '<file or id>',
      says: 'what happened in a history: a file, or an instance of the database',
    },
    ...DATABASE,
  },
  notes: ['A diagram has names and errors in it, and no payloads.'],
  examples: [
    {
      command: 'reprise diagram --app dist/app.module.js#AppModule --saga order.place',
      says: 'the declared steps, and what takes each back',
    },
    { command: 'reprise diagram --history order-17', says: 'what one instance did' },
    { command: 'reprise diagram --history histories/order.place/order-17.json', says: 'the same from a file' },
  ],
  async run(invocation) {
    const { options, terminal, folder, signal } = invocation;
    if ((options.app === undefined) === (options.history === undefined))
      throw badUsage('diagram needs either --app or --history.', 'See `reprise diagram --help`.');
    const diagrams =
      options.app === undefined ? await ofHistory(options.history!) : await ofSagas(options.app, options.saga, folder);
    if (options.json) await terminal.printJson(diagrams);
    else for (const { diagram } of diagrams) await terminal.print(diagram);
    return EXIT.done;

    async function ofHistory(place: string): Promise<Drawn[]> {
      const drawn = (name: string, turns: readonly Turn[]): Drawn => ({ name, diagram: historyDiagram(turns) });
      if (!existsSync(path.resolve(folder, place)))
        return withQueries(invocation, async (queries) => [drawn(place, await queries.history(place))]);
      const all: Drawn[] = [];
      for await (const { history } of historiesIn([place], folder, signal)) all.push(drawn(history.id, history.turns));
      return all;
    }
  },
});

interface Drawn {
  readonly name: string;
  readonly diagram: string;
}

async function ofSagas(app: string, wanted: string | undefined, folder: string): Promise<Drawn[]> {
  const { classes } = await loadSagas(app, folder);
  const all = classes.map((sagaClass) => ({ name: sagaRecordOf(sagaClass)!.name, diagram: sagaDiagram(sagaClass) }));
  const found = all.filter(({ name }) => wanted === undefined || name === wanted);
  if (found.length > 0) return found;
  const meant = closest(
    wanted!,
    all.map(({ name }) => name),
  );
  throw badUsage(
    `${app} has no saga "${wanted}".`,
    meant ? `Did you mean "${meant}"?` : `It has ${all.map(({ name }) => name).join(', ')}.`,
  );
}
