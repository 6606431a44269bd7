/** What is wrong with the order in which steps are undone, in words. */
export function orderProblems(compensation: unknown): string[] {
  if (compensation === undefined || compensation === 'sequential' || compensation === 'parallel') return [];
  return [`compensation is ${shown(compensation)}; it is 'sequential' or 'parallel'.`];
}

/** What is wrong with the group of a compensation, in words. */
export function groupProblems(group: unknown): string[] {
  if (group === undefined || (typeof group === 'string' && group.trim() !== '')) return [];
  return [`group is ${shown(group)}; it is the name that its neighbours share.`];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
