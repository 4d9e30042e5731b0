import { type EventStore } from '@annals/event-store';
import {
  type Migration,
  type Pool,
  type Projection,
  type ProjectionRunner,
  type SubjectKeyStore,
} from '@annals/postgres';
import { type Check, type Close, type Logger, type MountedRoute } from '@annals/service';
import { type ActivityConfig } from './config.js';
import { type MonthlyLog } from './log/months.js';
import { type KeptTable } from './retention/kept.js';

/** What the parts of this service stand on. */
export interface Ground {
  config: ActivityConfig;
  /** For requests. */
  pool: Pool;
  /** For what goes on without anybody asking. */
  backgroundPool: Pool;
  keys: SubjectKeyStore;
  store: EventStore;
  logger: Logger;
  /** The one that keeps this projection. @throws Error when no part declares it */
  runner(projection: Projection): ProjectionRunner;
}

export interface OpenedPart {
  routes: readonly MountedRoute[];
  /** Shown in `/readyz`. */
  readiness?: Readonly<Record<string, Check>>;
  /** Ends what the part does by itself, before the stores close. */
  stop?: Close;
}

/** One concern of this service: the tables it keeps, what it answers, and what it does by itself. */
export interface Part {
  migrations?: readonly Migration[];
  projections?: (config: ActivityConfig) => readonly Projection[];
  /** Logs that are cut into months, whose months to come are made at the start and every day. */
  monthly?: readonly MonthlyLog[];
  /** Tables whose rows are kept for a time only, as each account chose. */
  kept?: readonly KeptTable[];
  open(ground: Ground): OpenedPart | Promise<OpenedPart>;
}
