import { operatorCommand } from '../operator-command.js';

export const redriveCommand = operatorCommand({
  name: 'redrive',
  summary: 'Lets an instance that failed go on from before its failure',
  operands: '',
  examples: [{ command: 'reprise redrive order-17 --reason "the card was unblocked"', says: 'as a new run of its id' }],
  act: (control, id, _rest, { by, reason }) => control.redrive(id, { by, reason }),
});
