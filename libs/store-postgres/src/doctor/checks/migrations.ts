import { SagaError } from 'reprise/core';
import { missingMigrations } from '../../migrator.js';
import type { Check } from '../check.js';
import { findingsOf } from '../finding.js';

const { ok, problem } = findingsOf('migrations');

/** Whether the schema is the one of this release. */
export const migrations: Check = {
  name: 'migrations',
  readsTables: false,
  async look({ ask, schemaName, schema }) {
    try {
      const missing = await missingMigrations(ask, schemaName, schema);
      if (missing.length === 0) return [ok(`The schema ${schemaName} is the one of this release.`)];
      const names = missing.map(({ number, name }) => `${number} (${name})`).join(', ');
      return [problem(`The schema ${schemaName} lacks the migrations ${names}.`, 'Run `npx reprise migrate`.')];
    } catch (error) {
      // An unknown or altered migration; the error has words for both.
      if (error instanceof SagaError) return [problem(error.what, error.advice)];
      throw error;
    }
  },
};
