module.exports = { ...require('../../jest.preset.cjs'), displayName: 'erasure-scan', rootDir: __dirname };
