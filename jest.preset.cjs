/** Shared by every project: specs stand beside their source; `*.faults`, `*.stack`, `*.kafka`, `*.redis`, `*.s3`, `*.containers` and `*.round-trip` specs have targets of their own. */
const lane = process.env.ANNALS_LANE;
const project = process.cwd();

/** What services and libraries promise is proved here; the tools above them are proved by running them. */
const isProduct = /[\\/](libs|apps)[\\/](?!testing$)[^\\/]+$/.test(project);
module.exports = {
  testEnvironment: 'node',
  testMatch: lane ? [`<rootDir>/src/**/*.${lane}.spec.ts`] : ['<rootDir>/src/**/*.spec.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(lane ? [] : ['\\.(faults|stack|kafka|redis|s3|containers|round-trip)\\.spec\\.ts$']),
  ],
  passWithNoTests: true,
  transform: {
    '^.+\\.[cm]?[tj]s$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(jose|stream-json|stream-chain)/)'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@annals/source', 'node', 'node-addons'] },
  // For machines that do much else besides: nothing is asserted of it.
  testTimeout: 180_000,
  maxWorkers: 2,
  // What a worker has loaded for one file it keeps; beyond this it starts anew, rather than to collect garbage all the time.
  workerIdleMemoryLimit: '1GB',
  // Counters in the code: V8's own coverage of everything that is loaded takes as long as the tests themselves.
  coverageProvider: 'babel',
  // Main files run as processes of their own.
  collectCoverageFrom: ['<rootDir>/src/**/*.ts', '!**/*.spec.ts', '!**/main.ts', '!**/index.ts'],
  coverageReporters: ['text-summary'],
  ...(isProduct ? { coverageThreshold: { global: { lines: 95 } } } : {}),
};
