import { operatorCommand } from '../operator-command.js';

export const terminateCommand = operatorCommand({
  name: 'terminate',
  summary: 'Ends an instance at once, and undoes nothing',
  operands: '',
  examples: [
    { command: 'reprise terminate order-17 --reason "sold by phone"', says: 'what is left standing is in its history' },
  ],
  act: (control, id, _rest, operator) => control.terminate(id, operator),
});
