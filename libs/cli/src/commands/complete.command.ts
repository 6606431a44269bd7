import { badUsage } from '../failure.js';
import { callNumber, jsonValue } from '../operand.js';
import { operatorCommand } from '../operator-command.js';

export const completeCommand = operatorCommand({
  name: 'complete',
  summary: 'Gives an open step the result that it did not come to',
  operands: '<call> <json>',
  examples: [
    {
      command: 'reprise complete order-17 1 \'{"trackingId":"t-9"}\' --reason "shipped by hand"',
      says: 'of a compensation: its step counts as undone',
    },
  ],
  act: async (control, id, [call, json], operator) => {
    if (json === undefined) throw badUsage('complete needs a result.', 'Write it as JSON, null for none.');
    await control.complete(id, callNumber('complete', call), jsonValue(json), operator);
  },
});
