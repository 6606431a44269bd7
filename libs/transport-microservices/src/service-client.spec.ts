import { of } from 'rxjs';
import { ServiceClient } from './service-client.js';
import type { ServiceDialect } from './service-dialect.js';

const dialect: ServiceDialect = {
  name: 'Pigeon',
  packages: ['a-driver-that-nobody-has'],
  check: () => [],
  warnings: () => [],
  open: () => ({ send: () => of(1), close: () => Promise.resolve() }),
  problem: () => undefined,
};

describe('the client of a service', () => {
  it('asks for a missing driver package in words, and does not end the process', async () => {
    const client = new ServiceClient('mail', dialect, {}, () => undefined);
    await expect(client.demandPackages()).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining('over Pigeon, which needs the package "a-driver-that-nobody-has"') as string,
    });
  });
});
