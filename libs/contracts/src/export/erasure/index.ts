export * from './erased.js';
export * from './inside.js';
export * from './schemas.js';
export * from './process.js';
export * from './routes.js';
