export { launchStack, freePorts, processIds, type LaunchedStack } from './story/launched-stack.js';
