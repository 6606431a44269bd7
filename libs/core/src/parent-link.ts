/** The call of a saga that made an instance its child (law C6). */
export interface ParentLink {
  /** The parent's id, and the run of it that made the call. */
  readonly id: string;
  readonly run: string;
  readonly call: number;
}
