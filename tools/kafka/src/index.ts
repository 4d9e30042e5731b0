export { assembleFromMaven, assembleKafka, type Assembled } from './assemble.js';
export { startKafka, type RunningKafka } from './start.js';
