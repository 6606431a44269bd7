/** `sequential`: one undo after the other, apart from groups; `parallel`: all at the same time. */
export type CompensationOrder = 'sequential' | 'parallel';

/** What a compensation may say beside its policy. */
export interface GroupOptions {
  /** Neighbours in the reverse order of start whose compensations share a group are undone at the same time (law C2). */
  readonly group?: string;
}
