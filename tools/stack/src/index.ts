export { launchStack, freePorts, processIds, type LaunchedStack } from './story/launched-stack.js';
export { pidOf } from './faults/stack-processes.js';
export { shapeOf } from './round-trip/shapes.js';
export { beginImport, endOf, linesOf, openEmpty } from './round-trip/transfer.js';
