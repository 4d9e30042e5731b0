import { type PrivacyDocument, type ProfileEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { type Reply, type RouteRequest, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { consents, decideConsents, type Decisions } from '../consent/consents.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { shownPrivacy } from './get-privacy.js';

type Asked = Pick<RouteRequest, 'commandId' | 'commandHash' | 'ifMatch' | 'minPosition' | 'now'> & {
  context: Parameters<typeof ownerOf>[0];
};

/**
 * Changes the settings and, where they name it, what is consented to. These are two streams: should the second not be
 * reached, the request fails, and the same request again does what is left.
 * @param tracking what the settings say about it: null for the house's default, undefined for nothing
 */
export async function changePrivacy(
  folds: FreshFolds,
  request: Asked,
  decide: (state: ProfileState) => ProfileEvent[],
  tracking: PrivacyDocument['activity_tracking'] | null,
): Promise<Reply> {
  const owner = ownerOf(request.context);
  const outcome = await folds.execute(profile, streamOf(owner), commandOf(request, decide));
  const decided = await consent(folds, request, outcome.state, tracking);
  const reply = written(outcome, (state) => shownPrivacy(owner, state, decided.state));
  return { ...reply, besides: decided.revision, tokens: [...(reply.tokens ?? []), ...decided.tokens] };
}

/** The setting has always decided about both purposes at once, and taking it back has always been a no. */
async function consent(
  folds: FreshFolds,
  { context, commandId, commandHash: hash, minPosition, now }: Asked,
  { privacy }: ProfileState,
  tracking: PrivacyDocument['activity_tracking'] | null,
) {
  const owner = ownerOf(context);
  const id = streamOf(owner);
  const before = await folds.read(consents, id, minPosition);
  if (tracking === undefined) return { ...before, tokens: [] };
  const decide = (state: Decisions) => {
    const wasDecided = state.activity_tracking !== undefined || privacy.activity_tracking !== undefined;
    if (tracking === null && !wasDecided) return [];
    const given = tracking ?? false;
    const wanted = { activity_tracking: given, usage_analytics: given };
    const text = { policy_version: null, locale: null, method: 'privacy_settings' } as const;
    return decideConsents({ ...owner, ...text, wanted, privacy, now }, state);
  };
  const outcome = await folds.execute(consents, id, {
    id: derivedId(commandId, 'consent'),
    hash,
    context,
    now,
    decide,
  });
  const { state, revision, position, category } = outcome;
  return { state, revision, tokens: position ? [{ category, position }] : [] };
}
