import { hasPermission } from '@annals/auth';
import { type CurrentUserContext, MemberDocumentsAsk } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import { mountInside, type MountedRoute } from '@annals/service';
import { ownerOf, streamOf } from '../owner.js';
import { accountPreferences, preferences } from '../preferences/preferences.js';
import { profile } from '../profile/profile.js';
import { takenDocuments } from './taken-documents.js';

/**
 * Who may take documents out: the service that makes the document of an export. It has looked up the rights of whoever
 * asked and says by the permission READ_PII of its own context whether they may see what members hide.
 */
const principals = ['svc:export'];

/**
 * For an account that is taken out, between our own processes. Read past the memory of present states: so many at once
 * would drive out of it what its people work with.
 */
export const takeoutRoutes = ({ store }: { store: Pick<EventStore, 'load'> }): MountedRoute[] => [
  mountInside(
    { method: 'POST', path: '/internal/takeout/documents', principals, body: MemberDocumentsAsk },
    async ({ context, body }) => {
      const asked = context as CurrentUserContext;
      const { account_id } = ownerOf(asked);
      const whole = hasPermission(asked, 'READ_PII');
      const data = await Promise.all(
        body.user_ids.map(async (user_id) => {
          const owner = { account_id, user_id };
          const [kept, chosen] = await Promise.all([
            store.load(profile, streamOf(owner)),
            store.load(preferences, streamOf(owner)),
          ]);
          return takenDocuments(owner, kept.state, chosen.state, whole);
        }),
      );
      return { status: 200, body: { data } };
    },
  ),
  mountInside({ method: 'GET', path: '/internal/takeout/preferences', principals }, async ({ context }) => {
    const { account_id } = ownerOf(context as CurrentUserContext);
    const { state } = await store.load(accountPreferences, account_id);
    return { status: 200, body: { preferences: state.updatedAt === null ? null : state.choices } };
  }),
];
