/** What becomes of a child that is still open when its parent ends or is undone. */
export type OnParentEnd = 'cancel' | 'terminate' | 'abandon';
