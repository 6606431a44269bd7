import { callNumber } from '../operand.js';
import { operatorCommand } from '../operator-command.js';

export const retryCommand = operatorCommand({
  name: 'retry',
  summary: 'Tries again: an incident, and steps that wait for another attempt',
  operands: '[call]',
  examples: [{ command: 'reprise retry order-17 --reason "the carrier is back"', says: 'all that waits there' }],
  act: (control, id, [call], operator) =>
    control.retry(id, call === undefined ? operator : { ...operator, call: callNumber('retry', call) }),
});
