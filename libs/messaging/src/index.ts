export * from './bus.js';
export * from './connect-bus.js';
export * from './consume.js';
export { type Logger } from './logger.js';
export * from './message-context.js';
export * from './publish-events.js';
export { consumerMigrations } from './consuming/tables.js';
export { deadLetterTopic } from './consuming/dead-letter.js';
