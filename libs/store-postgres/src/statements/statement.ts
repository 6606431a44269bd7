/** One SQL statement: its short name, under which connections keep it prepared, and its text in a schema. */
export interface Statement {
  readonly name: string;
  /** `schema` is quoted already. */
  readonly text: (schema: string) => string;
}
