module.exports = { ...require('../../jest.preset.cjs'), displayName: 'event-node', rootDir: __dirname };
