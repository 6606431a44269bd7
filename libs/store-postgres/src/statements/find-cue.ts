import { CUE_COLUMNS } from './cue-columns.js';
import type { Statement } from './statement.js';

/** $1 event, $2 marks, $3 cues that do not count: the oldest cue with all of these marks. Takes no lock. */
export const findCue: Statement = {
  name: 'find-cue',
  text: (schema) => `
select ${CUE_COLUMNS} from ${schema}.cue
where marks @> $2::text[] and event = $1::text and id <> all($3::text[])
order by number limit 1`,
};
