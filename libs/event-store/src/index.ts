export * from './position.js';
export * from './ids.js';
export * from './stored-event.js';
export * from './erased.js';
export * from './subject-keys.js';
export { isSealed, keyIdOf, type Sealed } from './sealing.js';
export * from './aggregate.js';
export { type Effects, type EffectWatch } from './effects.js';
export * from './subscription.js';
export {
  type EventStore,
  type EventStoreOptions,
  type ReadAllOptions,
  type ReadStreamOptions,
  type SealedField,
} from './event-store.js';
export { connectEventStore } from './connect.js';
export { unlessStale } from './unless-stale.js';
export { openBytes, sealBytes, type BytesPlace } from './sealed-bytes.js';
export { openStream, sealStream } from './sealed-stream.js';
export { changesOf, type Changes, type Kept, type KeptChange, type LastValues } from './changes.js';
export { openChanges } from './open-changes.js';
