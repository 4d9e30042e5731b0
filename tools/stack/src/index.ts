export { freePorts } from './story/free-ports.js';
export { launchStack, type LaunchedStack } from './story/launched-stack.js';
export { pidOf } from './stack-processes.js';
export { shapeOf } from './round-trip/shapes.js';
export { beginImport, endOf, linesOf, openEmpty } from './round-trip/transfer.js';
