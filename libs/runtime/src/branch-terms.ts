/** What a redrive may say beside who and why. */
export interface RedriveTerms {
  /** The failed step to go back to. Default: the one whose failure ended the instance. */
  readonly call?: number;
  /** Other arguments for that step. */
  readonly input?: readonly unknown[];
  /** Said with `input` of a step that may have happened: somebody looked, and it did not, and no attempt of it still can. */
  readonly happened?: false;
}

export interface ForkTerms {
  /** How many events of the instance the new one begins with, at least 1. */
  readonly fromEvent: number;
  /** The id of the new instance. Default: a new UUID. */
  readonly newId?: string;
  /** True: the new instance undoes what the events it begins with did, as its own. Default false. */
  readonly undoPrefix?: boolean;
}
