import type { CodeScope } from './code-scope.js';

/** Knows in which scope of a saga's code a call is made: in nested functions too, and after everything that they await. */
export abstract class AmbientScope {
  /** Runs a body, and whatever it begins, in the scope. Answers what the body answers. */
  abstract enter<T>(scope: CodeScope, body: () => T): T;

  /** The scope of whoever asks; undefined outside of all. */
  abstract current(): CodeScope | undefined;
}
