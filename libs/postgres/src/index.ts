export { identifier, literal, type Rows, type Sql, type Tx } from './sql.js';
export { createPool, type Pool, type PoolOptions, type PoolStats } from './pool.js';
export { isConnectionLost, isTransient } from './failure.js';
export { withTransaction } from './transaction.js';
export { setTenant, tenantQuery, tenantTable, withTenant, type TenantScope } from './tenant.js';
export { listen, notify, type Listener, type ListenOptions } from './listen.js';
export { annalsDatabases, provision, type DatabasePlan } from './provision.js';
export { migrate, type MigrateOptions, type Migration } from './migrate.js';
export { projectionSchema, type Projection, type ProjectionHandler } from './projection.js';
export {
  CheckpointMoved,
  markLive,
  moveCheckpoint,
  progressChannel,
  readCheckpoint,
  type Checkpoint,
  type CheckpointKey,
} from './checkpoint.js';
export { projectBatch, projectEvents } from './project.js';
export { runProjection, type ProjectionRunner, type RunProjectionOptions } from './run-projection.js';
export type { ProjectionStatus } from './projection-status.js';
export type { BatchReport } from './projector.js';
export { PoisonEvent, type StuckEvent } from './stuck.js';
export { standForLeader, type Leadership, type LeaderOptions } from './leader.js';
export { startEventSpans } from './project-span.js';
export { subjectKeys, type SubjectKeyOptions, type SubjectKeyStore } from './subject-keys.js';
export { startForgetting, type Forget, type Forgetting, type ForgettingOptions } from './forgetting.js';
export { keepReplayingErasures, replayErasures, type ReplayParts } from './replay-erasures.js';
export { endOfPeriod } from './key-period.js';
export { subjectKeyMigrations } from './subject-key-rows.js';
export { assertTenantIsolation } from './tenant-isolation.js';
export { runReactor, type ReactorRunner, type ReactorStatus } from './run-reactor.js';
export { type Reactor, type RetryPolicy, type RunReactorOptions } from './reactor.js';
export { parkedEvents, retryAllParked, retryParked, type ParkedEvent } from './parked-events.js';
export { parkedRows, type ParkedBox, type ParkedPage, type ParkedRow } from './parked-box.js';
export { parkedStreamsBox } from './parked-streams.js';
