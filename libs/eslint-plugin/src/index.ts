import { configs, meta, rules, type Plugin } from './plugin.js';

export { configs, meta, rules };
export type { Plugin, RecommendedConfig } from './plugin.js';
export type { Rule, RuleContext, RuleMeta } from './rule.js';

/**
 * Finds in the editor what a replay would not repeat: clock, chance, timers, the outside world and services in the code of a saga.
 * @example
 * import reprise from 'reprise/eslint-plugin';
 * export default [reprise.configs.recommended];
 */
const plugin: Plugin = { meta, rules, configs };
export default plugin;
