/** A value as PostgreSQL's `json` type holds it. Payloads take this form between the codec and the store. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
