import type { Command, HandlerInput, HandlerResult } from './command.js';

/**
 * What a controller has to offer for a contract: a missing operation, a wrong input or a wrong result does not compile.
 * The second parameter is the handler's own affair here (hence `never`, which every type accepts); `@Handles` checks it.
 * @example class InventoryController implements Handlers<typeof Inventory> { … }
 */
export type Handlers<Agreed> = {
  [K in Exclude<keyof Agreed, 'errors'>]: Agreed[K] extends Command
    ? (input: HandlerInput<Agreed[K]>, step: never) => Promise<HandlerResult<Agreed[K]>>
    : never;
};
