import { callNumber } from '../operand.js';
import { operatorCommand } from '../operator-command.js';

export const skipCommand = operatorCommand({
  name: 'skip',
  summary: 'Calls off a compensation for good: what its step did stays',
  operands: '<call>',
  examples: [
    { command: 'reprise skip order-17 5 --reason "refunded by hand"', says: 'of the compensation, not of its step' },
  ],
  act: (control, id, [call], operator) => control.skipCompensation(id, callNumber('skip', call), operator),
});
