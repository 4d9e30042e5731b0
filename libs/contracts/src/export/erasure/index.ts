export * from './erased.js';
export * from './inside.js';
