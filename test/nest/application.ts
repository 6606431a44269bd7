import { Logger, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SystemClock } from 'reprise/runtime';
import { MemoryStore } from 'reprise/testing';

Logger.overrideLogger(false);

/** A store in memory, on the real clock. */
export function memoryStore(): MemoryStore {
  return new MemoryStore(new SystemClock());
}

const open: { close(): Promise<void> }[] = [];

/** An application of these modules, not yet initialised; closed by `closeApplications`. */
export async function application(metadata: ModuleMetadata) {
  const testing = await Test.createTestingModule(metadata).compile();
  const app = testing.createNestApplication();
  open.push(app);
  return app;
}

/** An application that is up. */
export async function started(metadata: ModuleMetadata) {
  const app = await application(metadata);
  await app.init();
  return app;
}

export async function closeApplications(): Promise<void> {
  for (const app of open.splice(0).reverse()) await app.close();
}
