import { census } from '../../statements/census.js';
import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';

const COUNTED = 10_000;
const { ok, problem } = findingsOf('versions');

/** Whether somebody has the code of every open instance. */
export const versions: Check = {
  name: 'versions',
  readsTables: true,
  async look({ ask, schema }) {
    const rows = await ask(census.text(schema), [COUNTED + 1]);
    const found = rows
      .filter((row) => row['hosted'] !== 't')
      .map((row): Finding => {
        const open = Number(row['open']);
        return problem(
          `No living worker has ${row['saga']} ${row['version']}, for which ${open > COUNTED ? `${COUNTED}+` : open} open instances wait.`,
          'Start a worker with that version, or deploy code that has it beside the newer one.',
        );
      });
    return found.length > 0 ? found : [ok('Living workers have every version that has open instances.')];
  },
};
