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
export async function askerOf(
  store: Pick<EventStore, 'readStream'>,
  { accountId, userId }: Subject,
  id: string,
): Promise<Asker> {
  const stream = `${exportAggregate.category}-${exportId(accountId, id)}`;
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
