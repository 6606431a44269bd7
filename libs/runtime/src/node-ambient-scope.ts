import { AsyncLocalStorage } from 'node:async_hooks';
import { AmbientScope, type CodeScope } from 'reprise/core';

/** One for the process: Node hands every storage on with every promise. */
const scopes = new AsyncLocalStorage<CodeScope>();

/** Node carries the scope along with promises, so that it is there again after an `await`. */
export class NodeAmbientScope extends AmbientScope {
  enter<T>(scope: CodeScope, body: () => T): T {
    return scopes.run(scope, body);
  }

  current(): CodeScope | undefined {
    return scopes.getStore();
  }
}
