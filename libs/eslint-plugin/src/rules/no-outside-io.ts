import { outside } from './outside.js';

const EVERYTHING = /./;

/** What the world answers is another thing in each replay, and asking again does things again. */
export const noOutsideIo = outside({
  description: 'disallow network, files and processes in code that is replayed',
  message: '{{name}} reaches outside of the saga: each replay would do it again. Wrap it in a @Step().',
  globals: ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'],
  modules: Object.fromEntries(
    (
      'fs fs/promises http https http2 net tls dgram dns dns/promises child_process worker_threads readline ' +
      'undici axios got ky node-fetch pg ioredis kafkajs nodemailer'
    )
      .split(' ')
      .map((module) => [module, EVERYTHING]),
  ),
});
