/**
 * Stands as the last function in `rows from (unnest(…), …, EXPECTED_ROWS)`: yields nothing, and makes the planner expect 100 rows however
 * many come. Without it a plan for one row looks so much cheaper than one for any number that PostgreSQL plans every call anew, which
 * takes longer than the call.
 */
export const EXPECTED_ROWS = `json_array_elements((select '[]'::json))`;
