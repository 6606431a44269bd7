import { operatorCommand } from '../operator-command.js';

export const pauseCommand = operatorCommand({
  name: 'pause',
  summary: 'Lets no attempt begin and no timer fire until resume',
  operands: '',
  examples: [{ command: 'reprise pause order-17 --reason "the warehouse moves"', says: 'attempts under way end' }],
  act: (control, id, _rest, operator) => control.pause(id, operator),
});
