import { type ConsumeOptions, consume, type Consumer } from '@annals/messaging';
import type { Pool, ProjectionRunner } from '@annals/postgres';
import type { InternalClient, Logger, MountedRoute } from '@annals/service';
import { requireExportRight } from '../account/rights-now.js';
import { requireStanding } from '../document/require-standing.js';
import { identityTopic } from '../members/follow-members.js';
import { endSchedulesOfAccess } from './follow-access.js';
import type { ScheduleParts } from './run-schedule.js';
import { scheduleRoutesOf } from './routes.js';
import { startScheduler } from './scheduler.js';

export interface SchedulesOptions extends Omit<ScheduleParts, 'mayRequest' | 'now'> {
  backgroundPool: Pool;
  identity: InternalClient;
  /** The running projection of schedules. */
  schedules: Pick<ProjectionRunner, 'caughtUp'>;
  consuming: Pick<ConsumeOptions, 'bus' | 'pool' | 'reader' | 'logger'>;
  logger: Logger;
}

export interface OpenSchedules {
  routes: MountedRoute[];
  consumer: Consumer;
  stop(): Promise<void>;
}

/** Exports by the clock: their routes, who runs them, and who ends them with their person's access. */
export async function openSchedules(options: SchedulesOptions): Promise<OpenSchedules> {
  const { store, identity, backgroundPool, schedules, consuming, logger, ...room } = options;
  const now = () => new Date();
  const consumer = await consume({
    ...consuming,
    ...{ group: 'export.schedules', topics: [identityTopic] },
    handle: endSchedulesOfAccess({ store, view: schedules, now }),
  });
  const scheduler = startScheduler({
    ...{ pool: backgroundPool, logger },
    parts: {
      ...{ ...room, store, now, pool: backgroundPool },
      mayRequest: {
        self: (of) => requireStanding(store, of),
        account: (of) => requireExportRight(identity, { ...of, sessionId: null, elevationId: null }, of.request),
      },
    },
  });
  return {
    ...{ routes: scheduleRoutesOf({ store }), consumer },
    async stop() {
      await scheduler.stop();
      await consumer.stop();
    },
  };
}
