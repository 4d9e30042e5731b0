export * from './profile.js';
export * from './preferences.js';
export * from './events.js';
export * from './routes.js';
