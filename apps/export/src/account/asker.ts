import { serviceIdentity } from '@annals/auth';
import type { IdentityContext, Permission } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import type { Subject } from '../section/section.js';

/** Who asked for the data of an account, and by which visit a super admin did. */
export interface Asker extends Subject {
  sessionId: string | null;
  /** Null for a member. */
  elevationId: string | null;
}

/** As the request itself says it: a job is a copy that may say other. */
export const askerOf = (store: Pick<EventStore, 'readStream'>, subject: Subject, id: string): Promise<Asker> =>
  askerIn(store, `${exportAggregate.category}-${exportId(subject.accountId, id)}`, subject);

/** As the first fact of a stream says it. */
export async function askerIn(
  store: Pick<EventStore, 'readStream'>,
  stream: string,
  { accountId, userId }: Subject,
): Promise<Asker> {
  for await (const { metadata } of store.readStream(stream, { limit: 1, open: false })) {
    const { session_id, elevation_id } = metadata.actor;
    return { accountId, userId, sessionId: session_id, elevationId: elevation_id ?? null };
  }
  throw new Error(`${stream} was never asked for`);
}

/** The export service at work for somebody, with no more than it says. */
export const workingFor = (
  { accountId, userId, sessionId, elevationId }: Asker,
  permissions: readonly Permission[] = [],
): IdentityContext => ({
  ...serviceIdentity('svc:export', { accountId, userId, permissions }),
  ...{ session_id: sessionId, elevation_id: elevationId },
});
