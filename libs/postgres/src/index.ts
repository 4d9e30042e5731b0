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
  moveCheckpoint,
  progressChannel,
  readCheckpoint,
  type Checkpoint,
  type CheckpointKey,
} from './checkpoint.js';
