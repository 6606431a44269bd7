/**
 * A compile error as a sentence: a type that nothing has, intersected with what a decorator expects.
 * The idea is kysely's.
 */
export interface Refusal<Sentence extends string> {
  readonly __error: Sentence;
}
