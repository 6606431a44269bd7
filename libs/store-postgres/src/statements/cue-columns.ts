/** A row of `cue` as `cueOfRow` reads it. */
export const CUE_COLUMNS = `cue.id, cue.event, cue.key, cue.payload, cue.links`;
