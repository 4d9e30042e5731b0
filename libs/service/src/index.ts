export {
  baseConfig,
  ConfigError,
  defineConfig,
  processConfig,
  readConfig,
  readWith,
  secretKey,
  storeConfig,
} from './config.js';
export { createLogger, logFields, type LogField, type LogFields, type Logger, type LoggerOptions } from './log.js';
export {
  createMetrics,
  durationBuckets,
  processMetrics,
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  type Metrics,
} from './metrics.js';
export { csvLine } from './csv.js';
export { startMetricsServer, type MetricsServer } from './metrics-server.js';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry/start.js';
export {
  beginEntry,
  currentTraceparent,
  markFailed,
  recordLate,
  withSpan,
  type Entry,
  type EntryOptions,
} from './telemetry/spans.js';
export { currentScope, type Scope } from './telemetry/scope.js';
export { newTraceId } from './telemetry/ids.js';
export { formatTraceparent, parseTraceparent } from './telemetry/trace-parent.js';
export { type SpanLine } from './telemetry/span-file.js';
export { createApp, type AppOptions } from './http/create-app.js';
export { type PositionWaiter } from './http/call.js';
export {
  basePath,
  mount,
  mountInside,
  type InsideRequest,
  type InsideRoute,
  type MountedRoute,
  type Reply,
  type RouteRequest,
} from './http/mount.js';
export { written } from './http/reply.js';
export { contentTag, etagOf, isKnown, readIfMatch } from './http/conditional.js';
export { acceptedRequestId, securityHeaders } from './http/headers.js';
export { readJsonBody } from './http/json-body.js';
export { receiveFile, type FileInfo } from './http/upload.js';
export { asProblem, problemBody, type ProblemPlace } from './http/problem-response.js';
export { createRouteTable, type Matched, type RouteTable, type TableRoute } from './http/route-table.js';
export { createHealth, type Check, type HealthAnswer, type Lifecycle, type Version } from './http/health.js';
export { connectWithBackoff, type BackoffOptions } from './connect.js';
export { serve, type ProcessSettings, type ServeOptions } from './serve.js';
export { runService, type Boot, type Close, type Running, type RunOptions, type Started } from './run-service.js';
export { openStores, type StoreOptions, type Stores, type StoreSettings } from './stores.js';
export {
  internalClient,
  type InternalAnswer,
  type InternalCall,
  type InternalClient,
  type InternalClientOptions,
} from './internal-client.js';
export type { Express, Request, Response } from 'express';
export { createSharedCache, type SharedCacheOptions } from './cache/redis.js';
export { createLocalCache } from './cache/local-cache.js';
export { type SharedCache } from './cache/shared-cache.js';
export { createFlood, type Flood, type FloodOptions } from './flood.js';
export { takeFrom, type Budget, type Taken } from './cache/rate-limit.js';
export { recordedLog, type RecordedLog } from './recorded-log.js';
export { actingOn, type ReactorAsking } from './acting/acting-on.js';
export { isOverdue } from './acting/overdue.js';
export { askedByService } from './acting/asked-by-service.js';
export { sealedTexts, type SealedTexts } from './sealed-text.js';
export { decodeCursor, encodeCursor, type CursorScope, type PageEnd } from './page-cursor.js';
export { mergeParked, parkedDesk, type ParkedDesk, type ParkedDeskOptions } from './parked/parked-desk.js';
export { parkedInside, parkedUnknown } from './parked/parked-routes.js';
export { showParked } from './parked/parked-metrics.js';
export { openParkedDesk } from './parked/open-parked-desk.js';
export { erasureInside, type Eraser, type ErasureDeskOptions } from './erasing/erasure-desk.js';
export {
  erasingAs,
  erasingPrincipal,
  erasureOf,
  erasures,
  erasureStream,
  refuseErased,
  requireErasure,
  subjectErased,
  type ErasingAsk,
  type RecordedErasure,
} from './erasing/recorded-erasure.js';
