import type { Places } from './data-folder.js';
import { needlesOf } from './needles.js';
import { createOutcome, type Outcome } from './report.js';
import { scanEventStore } from './places/event-store.js';
import { scanFolder } from './places/files.js';
import { scanCluster } from './places/heap.js';
import { scanKafka } from './places/kafka.js';
import { scanObjects } from './places/objects.js';
import { scanPostgres } from './places/postgres.js';
import { scanRedis } from './places/redis.js';
import { scanKeys } from './places/subject-keys.js';

export interface ScanOptions {
  /** Texts that should be nowhere. */
  canaries: readonly string[];
  /** Whose keys should be gone. */
  subject?: string | undefined;
  places: Places;
}

/**
 * Looks for texts in every place, in every form. Each place is looked into whatever became of the others.
 * @throws Error for a canary that tells nothing
 */
export async function scan({ canaries, subject, places }: ScanOptions): Promise<Outcome> {
  const needles = canaries.flatMap(needlesOf);
  const outcome = createOutcome();
  const { postgres, eventStore, kafka, redis, objects, folders, clusters } = places;
  if (needles.length > 0) {
    if (eventStore !== undefined) await scanEventStore(eventStore, needles, outcome);
    for (const url of postgres) {
      await scanPostgres(url, needles, outcome).catch((error: unknown) => outcome.blind('PostgreSQL', error));
    }
    if (kafka) await scanKafka(kafka, needles, outcome);
    if (redis !== undefined) await scanRedis(redis, needles, outcome);
    for (const url of objects) await scanObjects(url, needles, outcome);
    for (const folder of folders) await scanFolder(folder, needles, outcome);
    for (const [index, cluster] of clusters.entries()) await scanCluster(cluster, postgres[index]!, needles, outcome);
  }
  if (subject !== undefined) for (const url of postgres) await scanKeys(url, subject, outcome);
  return outcome;
}
