import type { StandardSchemaV1 } from '@standard-schema/spec';

/** What a schema made of a value: the value it returns, or what is wrong with it, as one line of text. */
export type Validated<Output = unknown> =
  { readonly valid: true; readonly value: Output } | { readonly valid: false; readonly issues: string };

const SHOWN = 5;

/**
 * Runs a schema, synchronous or not. The text of the issues names paths, and repeats only what the schema's own messages say.
 * @example const checked = await validateWith(Inventory.reserve.definition.input, body);
 */
export async function validateWith<Schema extends StandardSchemaV1>(
  schema: Schema,
  value: unknown,
): Promise<Validated<StandardSchemaV1.InferOutput<Schema>>> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return { valid: true, value: result.value };
  const lines = result.issues.slice(0, SHOWN).map(inWords);
  if (result.issues.length > SHOWN) lines.push(`and ${result.issues.length - SHOWN} more`);
  return { valid: false, issues: lines.join('; ') };
}

/** True for anything that follows Standard Schema (https://standardschema.dev), whichever library made it. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const props = (value as { '~standard'?: { validate?: unknown } })['~standard'];
  return typeof props?.validate === 'function';
}

function inWords({ path, message }: StandardSchemaV1.Issue): string {
  const place = (path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
  return place ? `${place}: ${message}` : message;
}
