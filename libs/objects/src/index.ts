export * from './folder-objects.js';
export * from './objects.js';
