const preset = require('../../jest.preset.cjs');

module.exports = {
  ...preset,
  displayName: 'messaging',
  rootDir: __dirname,
  // The Kafka adapter is proved against a real broker in a lane of its own; the contracts are tests themselves.
  collectCoverageFrom: [...preset.collectCoverageFrom, '!**/kafka/**', '!**/*contract.ts', '!**/victim.ts'],
};
