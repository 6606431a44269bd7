import { operatorCommand } from '../operator-command.js';

export const resumeCommand = operatorCommand({
  name: 'resume',
  summary: 'Ends a pause',
  operands: '',
  examples: [
    {
      command: 'reprise resume order-17 --reason "the warehouse has moved"',
      says: 'what came due meanwhile is due now',
    },
  ],
  act: (control, id, _rest, operator) => control.resume(id, operator),
});
