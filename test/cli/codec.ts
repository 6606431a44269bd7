import { encryption } from 'reprise';

/** What an application with encrypted payloads exports for the command line. */
export const codec = encryption({
  keys: { k1: Buffer.alloc(32, 7).toString('base64') },
  current: 'k1',
});
