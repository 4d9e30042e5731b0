export * from './document/schemas.js';
export * from './privacy/schemas.js';
export * from './preferences/schemas.js';
export * from './verification/schemas.js';
export * from './events.js';
export * from './routes.js';
