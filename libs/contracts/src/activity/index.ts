export * from './log-list.js';
export * from './audit-entry.js';
export * from './activity-fact.js';
export * from './events.js';
export * from './routes.js';
