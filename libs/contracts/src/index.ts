export * from './personal-data.js';
export * from './event.js';
export * from './permissions.js';
export * from './headers.js';
export * from './context.js';
export * from './route.js';
export * from './problem.js';
