/** How an instance ended: what anybody outside can tell of it. */
export interface InstanceEnd {
  readonly status: string;
  /** What `run()` returned, or what it threw, in a word. */
  readonly said: string;
  /** Names of what was taken back, in this order. */
  readonly undone: readonly string[];
}

/** How a program ended: its instances by the name of the part that they run, and what it left in the world. */
export interface End {
  readonly instances: Readonly<Record<string, InstanceEnd>>;
  readonly standing: readonly string[];
}

/** An error in a word: the same for the model's errors and the engine's. */
export function inAWord({ name, message }: { readonly name: string; readonly message: string }): string {
  return name === 'Declined' ? `declined ${message}` : (WORDS[name] ?? `${name}: ${message}`);
}

const WORDS: Readonly<Record<string, string>> = {
  StepUnknownError: 'unknown',
  SagaTimeoutError: 'late',
  SagaCancelledError: 'cancelled',
  SagaFailedError: 'child failed',
  SagaError: 'no way back',
};

/** An end as text, by which two are compared. @param ordered false: whatever the order was in which things were taken back */
export function told({ instances, standing }: End, ordered: boolean): string {
  const undone = (names: readonly string[]): readonly string[] => (ordered ? names : [...names].sort());
  const each = Object.entries(instances).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = each.map(
    ([name, end]) => `${name}: ${end.status}, ${end.said}; undone: ${undone(end.undone).join(' ')}`,
  );
  return [...lines, `standing: ${[...standing].sort().join(' ')}`].join('\n');
}
