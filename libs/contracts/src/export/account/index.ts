export * from './inside.js';
export * from './items.js';
