/** The word that was most likely meant; undefined when none is near. */
export function closest(word: string, words: readonly string[]): string | undefined {
  const near = words
    .map((candidate) => ({ candidate, far: candidate.startsWith(word) ? 1 : distance(word, candidate) }))
    .sort((a, b) => a.far - b.far)[0];
  return near && near.far <= Math.max(1, Math.floor(word.length / 3)) ? near.candidate : undefined;
}

/** How many letters have to be added, taken away, changed, or changed with their neighbour. */
function distance(a: string, b: string): number {
  const rows = [...Array(a.length + 1).keys()].map((i) => [i, ...Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, changed);
      rows[i]![j] = swapped ? Math.min(least, rows[i - 2]![j - 2]! + 1) : least;
    }
  }
  return rows[a.length]![b.length]!;
}
