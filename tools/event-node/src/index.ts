export { type EventNode, type EventNodeOptions, startEventNode } from './node.js';
export { startScavenge } from './protocol/start-scavenge.js';
