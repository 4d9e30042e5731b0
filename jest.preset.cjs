/** Shared by every project: specs stand beside their source; `*.fault`, `*.kafka`, `*.redis` and `*.containers` specs have targets of their own. */
const lane = process.env.ANNALS_LANE;
module.exports = {
  testEnvironment: 'node',
  testMatch: lane ? [`<rootDir>/src/**/*.${lane}.spec.ts`] : ['<rootDir>/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(lane ? [] : ['\\.(faults|kafka|redis|containers)\\.spec\\.ts$'])],
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
  transformIgnorePatterns: ['/node_modules/(?!(jose)/)'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@annals/source', 'node', 'node-addons'] },
  testTimeout: 30_000,
  maxWorkers: 2,
  coverageProvider: 'v8',
  collectCoverageFrom: ['<rootDir>/src/**/*.ts', '!<rootDir>/src/**/*.spec.ts', '!<rootDir>/src/index.ts'],
};
