export * from './schedules.js';
export * from './events.js';
export * from './routes.js';
