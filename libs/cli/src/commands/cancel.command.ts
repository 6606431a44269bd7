import { operatorCommand } from '../operator-command.js';

export const cancelCommand = operatorCommand({
  name: 'cancel',
  summary: 'Asks an instance to end: its wait throws, and what it did is undone',
  operands: '',
  notes: ['This is how an open instance is compensated; one that failed goes on with `redrive`.'],
  examples: [{ command: 'reprise cancel order-17 --reason "the customer called"', says: 'newest step first' }],
  act: (control, id, _rest, operator) => control.cancel(id, operator),
});
