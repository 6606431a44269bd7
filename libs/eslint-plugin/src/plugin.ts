import type { Rule } from './rule.js';
import { noAsyncHandlers } from './rules/no-async-handlers.js';
import { noChance } from './rules/no-chance.js';
import { noClock } from './rules/no-clock.js';
import { noEnvironment } from './rules/no-environment.js';
import { noFloatingSteps } from './rules/no-floating-steps.js';
import { noForeignPromises } from './rules/no-foreign-promises.js';
import { noInjectedServices } from './rules/no-injected-services.js';
import { noModuleState } from './rules/no-module-state.js';
import { noOutsideIo } from './rules/no-outside-io.js';
import { noTimers } from './rules/no-timers.js';

/** A plugin for ESLint 9 and 10, and for oxlint (`jsPlugins`). */
export interface Plugin {
  readonly meta: { readonly name: string };
  readonly rules: Record<string, Rule>;
  readonly configs: { readonly recommended: RecommendedConfig };
}

/** A flat config with every rule as an error. It needs a parser for TypeScript, as `typescript-eslint` sets one up. */
export interface RecommendedConfig {
  readonly name: string;
  readonly plugins: { readonly reprise: Pick<Plugin, 'meta' | 'rules'> };
  readonly rules: Record<string, 'error'>;
}

export const meta = { name: 'reprise' };

/** The rules by name. Each has a section in docs/lint.md. */
export const rules: Record<string, Rule> = {
  'no-async-handlers': noAsyncHandlers,
  'no-chance': noChance,
  'no-clock': noClock,
  'no-environment': noEnvironment,
  'no-floating-steps': noFloatingSteps,
  'no-foreign-promises': noForeignPromises,
  'no-injected-services': noInjectedServices,
  'no-module-state': noModuleState,
  'no-outside-io': noOutsideIo,
  'no-timers': noTimers,
};

export const configs = {
  recommended: {
    name: 'reprise/recommended',
    plugins: { reprise: { meta, rules } },
    rules: Object.fromEntries(Object.keys(rules).map((name) => [`reprise/${name}`, 'error' as const])),
  },
};
