import { requirePermission } from '@annals/auth';
import { streamActivityRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { placeOfEventId } from './event-id.js';
import { followActivity, type Following } from './follow-activity.js';
import { whose } from './narrowed.js';
import { places } from './places.js';
import { filterNamesOf, recordAccess } from './record-access.js';
import { newestPlace } from './walk-entries.js';

/** Streams of one process, and of one person: a few windows. */
const limits = { ofProcess: 500, ofPerson: 5 };

/**
 * GET /users/activity/stream: entries as they come into the log, from now on or after `Last-Event-ID`. Who may see what
 * is decided when it begins; the edge ends it when that no longer holds.
 */
export function streamActivity(following: Following, { ofProcess, ofPerson } = limits): MountedRoute {
  const open = places(ofProcess, ofPerson);
  return mount(route, async ({ context, query, commandId, now, raw }) => {
    const { user_id, scope, ...filter } = query;
    const person = whose(context, user_id);
    if (scope === 'account') requirePermission(context, 'VIEW_AUDIT_LOG');
    const about = scope === 'account' && user_id === undefined ? { ...person, userId: null } : person;
    const reader = context.user_id!;
    const last = raw.headers['last-event-id'];
    const walk = { about, reader, filter };
    const from = typeof last === 'string' ? placeOfEventId(last) : await newestPlace(following.pool, walk);
    const reply = { status: 200, headers: { 'content-type': 'text/event-stream' } };
    // Whoever asks for the head alone is shown nothing, and holds no place.
    if (raw.method === 'HEAD') return { ...reply, stream: async () => undefined };
    const leave = open.take(reader);
    try {
      if (about.userId === null) {
        const data = { account_id: about.accountId, user_id: reader, filters: filterNamesOf(filter), followed_at: now };
        await recordAccess(following.store, { type: 'ActivityFollowed', data }, { context, commandId, now });
      }
    } catch (error) {
      leave();
      throw error;
    }
    return { ...reply, stream: (res) => followActivity(following, walk, from, res).finally(leave) };
  });
}
