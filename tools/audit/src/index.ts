export { type Fault, type FaultKind } from './faults.js';
export { verifyExport, type Evidence, type Verdict } from './verify-export.js';
export { type WitnessDocument } from './witness.js';
export { verifyFiles, type VerifyOptions } from './verify-command.js';
