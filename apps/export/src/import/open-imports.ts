import type { EventStore, StoredEvent, SubjectKeys } from '@annals/event-store';
import {
  consume,
  publishEvents,
  type Consumer,
  type ConsumeOptions,
  type IntegrationEvent,
  type PublishOptions,
} from '@annals/messaging';
import type { Objects } from '@annals/objects';
import type { Pool } from '@annals/postgres';
import type { InternalClient, Logger, MountedRoute } from '@annals/service';
import type { ExportChanges } from '../export/follow-export.js';
import { jobTopic } from '../jobs/enqueue.js';
import { importRoom } from './file/import-file.js';
import { importRoutesOf } from './routes.js';
import { enqueueImport } from './work/enqueue-import.js';
import { startImportWorker } from './work/worker.js';

export interface OpenImportsOptions {
  store: EventStore;
  pool: Pool;
  keys: SubjectKeys;
  objects: Objects;
  changes: ExportChanges;
  identity: InternalClient;
  profile: InternalClient;
  logger: Logger;
  publishing: Omit<PublishOptions, 'name' | 'topic' | 'map'>;
  consuming: Omit<ConsumeOptions, 'group' | 'topics' | 'handle'>;
}

/** The job that a request sets off, for the worker. */
export function importJobOf({ type, data }: StoredEvent): IntegrationEvent | null {
  if (type !== 'ImportRequested') return null;
  const { account_id, import_id, user_id } = data as Record<'account_id' | 'import_id' | 'user_id', string>;
  const job = { account_id, import_id, user_id };
  return { key: `${account_id}/${import_id}`, type: 'import.requested.v1', data: job };
}

/** Everything of imports that runs in this process. */
export async function openImports(options: OpenImportsOptions): Promise<{
  routes: MountedRoute[];
  consumer: Consumer;
  stop(): Promise<void>;
}> {
  const { store, pool, keys, objects, changes, identity, profile, logger, publishing, consuming } = options;
  const jobs = publishEvents({ ...publishing, name: 'import.jobs', topic: jobTopic, map: importJobOf });
  const consumer = await consume({ ...consuming, group: 'import.worker', topics: [jobTopic], handle: enqueueImport });
  const workshop = { store, pool: publishing.pool, keys, objects, identity, profile, now: () => new Date() };
  const worker = startImportWorker(workshop, logger);
  return {
    routes: importRoutesOf({ store, pool, keys, objects, changes, room: importRoom }),
    consumer,
    async stop() {
      await worker.stop();
      await consumer.stop();
      await jobs.stop();
    },
  };
}
