/** Codes of incidents that a deploy may have mended: the instance tries again when a worker claims it. */
export const MENDED_BY_DEPLOY: ReadonlySet<string> = new Set([
  'NON_DETERMINISTIC',
  'AWAITS_FOREIGN_PROMISE',
  'CALL_OUTSIDE_TURN',
  'INJECTED_SERVICE_TOUCHED',
  'COMPENSATION_CALLED',
  'SIGNAL_HANDLER_FAILED',
  'UNDO_MAPPING_FAILED',
  'FAILED_AFTER_PIVOT',
  'CORRUPT_HISTORY',
  'ENGINE_TOO_OLD',
  'APPEND_REJECTED',
  'PAYLOAD_KEY_UNKNOWN',
  'PAYLOAD_TAMPERED',
  'PAYLOAD_MISSING',
  'PAYLOAD_UNREADABLE',
]);
