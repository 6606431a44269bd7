/** @type {import('jest').Config} */
export default {
  rootDir: '.',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts'],
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testRegex: '(\\.spec|\\.e2e-spec)\\.ts$',
  testTimeout: 30_000,
  // Node keeps the modules of every file that ran in a process: after a hundred of them all is slow. A worker that has grown is replaced.
  workerIdleMemoryLimit: '700MB',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
      },
    ],
  },
  moduleNameMapper: {
    '^reprise$': '<rootDir>/libs/nest/src/index.ts',
    '^reprise/postgres$': '<rootDir>/libs/store-postgres/src/index.ts',
    '^reprise/microservices$': '<rootDir>/libs/transport-microservices/src/index.ts',
    '^reprise/(.*)$': '<rootDir>/libs/$1/src/index.ts',
    '^@shop/(.*)$': '<rootDir>/apps/shop-$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
