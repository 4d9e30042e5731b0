export * from './member.js';
export * from './mapping.js';
export * from './import.js';
export * from './events.js';
export * from './routes.js';
export * from './applying.js';
