const preset = require('../../jest.preset.cjs');

module.exports = {
  ...preset,
  displayName: 'service',
  rootDir: __dirname,
  // What speaks to Redis is proved against a real server in a lane of its own.
  collectCoverageFrom: [...preset.collectCoverageFrom, '!**/redis*.ts'],
};
