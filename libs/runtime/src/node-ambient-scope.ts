import { AmbientScope, type CodeScope } from 'reprise/core';
import { processStorage } from './process-storage.js';

const scopes = processStorage<CodeScope>('scope');

/** Node carries the scope along with promises, so that it is there again after an `await`. */
export class NodeAmbientScope extends AmbientScope {
  enter<T>(scope: CodeScope, body: () => T): T {
    return scopes.run(scope, body);
  }

  current(): CodeScope | undefined {
    return scopes.getStore();
  }
}
