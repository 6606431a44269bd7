/** Who moves a purchase on: one saga; each service by what it hears; each service by calling the next. */
const MODELS = ['orchestrated', 'choreographed', 'coupled'] as const;
export type Model = (typeof MODELS)[number];

/** The model that this process takes part in: `SHOP_MODEL`, by default orchestrated. */
export function model(): Model {
  const name = process.env['SHOP_MODEL'] || 'orchestrated';
  const found = MODELS.find((known) => known === name);
  if (!found) throw new Error(`SHOP_MODEL is "${name}", none of ${MODELS.join(', ')}.`);
  return found;
}

/** What there is of something in each model, and of it what this process needs. */
export function byModel<Choice extends Record<Model, unknown>>(choice: Choice): Choice[Model] {
  return choice[model()];
}
