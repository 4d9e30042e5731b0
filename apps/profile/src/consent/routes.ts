import { getConsentsRoute, pageMeta, replaceConsentsRoute } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { mount, type MountedRoute, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { ownerOf, streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { consents, decideConsents, type Decisions, decisionsOf, shownConsents } from './consents.js';
import { consentHistory } from './history.js';

/**
 * GET and PUT /users/consents. Decisions about consent stay a person's own while what is held about them is restricted: to
 * take one back is always possible.
 */
export const consentRoutesOf = ({ folds, store }: { folds: FreshFolds; store: EventStore }): MountedRoute[] => [
  mount(getConsentsRoute, async ({ context, query: { page, limit }, minPosition }) => {
    const owner = ownerOf(context);
    const id = streamOf(owner);
    const [{ state, revision }, before, history] = await Promise.all([
      folds.read(consents, id, minPosition),
      folds.read(profile, id, minPosition),
      consentHistory(store, owner),
    ]);
    const present = shownConsents(decisionsOf(before.state.privacy, state));
    const data = history.slice((page - 1) * limit, page * limit);
    const body = { ...owner, consents: present, history: { data, meta: pageMeta(page, limit, history.length) } };
    return { status: 200, body, revision };
  }),

  mount(replaceConsentsRoute, async (request) => {
    const { context, body, minPosition, now } = request;
    const owner = ownerOf(context);
    const { privacy } = (await folds.read(profile, streamOf(owner), minPosition)).state;
    const { consents: wanted, policy_version = null, locale = null } = body;
    const command = { ...owner, wanted, policy_version, locale, method: 'consents', privacy, now } as const;
    const decide = (state: Decisions) => decideConsents(command, state);
    const outcome = await folds.execute(consents, streamOf(owner), commandOf(request, decide));
    return written(outcome, (state) => ({ ...owner, consents: shownConsents(decisionsOf(privacy, state)) }));
  }),
];
