import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { look } from './look.js';
import { trials, type Trial } from './program.js';
import { ended, lookFor } from './property.js';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
/** How long to look for something that is wrong; an hour by hand is worth it. */
const SECONDS = Number(process.env['PROPERTY_SECONDS'] ?? 5);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
/** A name under which what is found is kept among the fixtures. */
const RECORD = process.env['PROPERTY_RECORD'];

describe('random sagas', () => {
  it(
    `D1 D3 C2 C3 S6 come to the end that a model of the laws predicts, undisturbed and when the process dies (SEED=${SEED})`,
    async () => {
      const { tried, certain, found } = await lookFor(trials, look, { seconds: SECONDS, seed: SEED });
      process.stdout.write(`random sagas: ${tried} tried, ${certain} predicted in ${SECONDS} s (SEED=${SEED})\n`);
      if (found)
        throw new Error(ended(found, RECORD === undefined ? undefined : path.join(FIXTURES, `${RECORD}.json`)));
      expect(certain).toBeGreaterThan(0);
    },
    (SECONDS + 120) * 1_000,
  );

  it.each(readdirSync(FIXTURES))('come to the predicted end where they did not once: %s', async (file) => {
    const { trial } = JSON.parse(readFileSync(path.join(FIXTURES, file), 'utf8')) as { readonly trial: Trial };
    await look(trial);
  });
});
