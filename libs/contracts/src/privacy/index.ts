export * from './processings.js';
export * from './records.js';
export * from './routes.js';
