import {
  type CurrentUserContext,
  getRecordsOfProcessingRoute,
  getStandingRoute,
  liftRestrictionRoute,
  placeLegalHoldRoute,
  Problem,
  recordsOfProcessing,
  releaseLegalHoldRoute,
  restrictProcessingRoute,
  type Standing,
  type StandingEvent,
} from '@annals/contracts';
import { accountStream, type EventStore } from '@annals/event-store';
import { mount, type MountedRoute, type RouteRequest, written } from '@annals/service';
import { decideLift, decidePlace, decideRelease, decideRestrict } from './decide-standing.js';
import { holdAt, standings, type StandingState } from './standing.js';

interface About {
  account_id: string;
  user_id: string;
}

type Asked = Pick<RouteRequest, 'commandId' | 'commandHash' | 'now'> & {
  context: CurrentUserContext;
  params: { user_id: string };
};

/**
 * Holds and restrictions of what an account knows about its members, and about those who were members; and the records of
 * all that is processed.
 */
export function standingRoutesOf(store: EventStore): MountedRoute[] {
  /** @throws Problem 404 `member-not-found` for everybody who never belonged to the account, known elsewhere or not */
  async function aboutWhom({ context, params }: Pick<Asked, 'context' | 'params'>): Promise<About> {
    const { account_id } = context;
    if (!account_id) throw new Error('access rules let nobody pass without an account');
    const about = { account_id, user_id: params.user_id };
    if (await wasEverMember(store, about)) return about;
    throw new Problem(404, 'member-not-found', 'There is no such member');
  }

  async function change(
    asked: Asked,
    decide: (asked: About & { by: string; now: string }, state: StandingState) => StandingEvent[],
  ) {
    const { context, commandId, commandHash, now } = asked;
    const about = await aboutWhom(asked);
    const command = { ...about, by: context.user_id!, now };
    return store.execute(standings, accountStream(about.account_id, about.user_id), {
      ...{ id: commandId, hash: commandHash, context, now },
      decide: (state) => decide(command, state),
    });
  }

  return [
    mount(getStandingRoute, async (request) => {
      const about = await aboutWhom(request);
      const { state, revision } = await store.load(standings, accountStream(about.account_id, about.user_id));
      return { status: 200, body: seenBy(request.context, shown(about, state, request.now)), revision };
    }),
    mount(placeLegalHoldRoute, async (request) => {
      const { body, now } = request;
      if (body.until !== null && Date.parse(body.until) <= Date.parse(now)) {
        throw new Problem(422, 'hold-in-the-past', 'A hold cannot end before it begins');
      }
      const until = body.until === null ? null : new Date(body.until).toISOString();
      const outcome = await change(request, (asked, state) => decidePlace({ ...asked, ...body, until }, state));
      return written(outcome, (state) => shown(idsOf(request), state, now));
    }),
    mount(releaseLegalHoldRoute, async (request) => written(await change(request, decideRelease), () => null, 204)),
    mount(restrictProcessingRoute, async (request) => {
      const { body, now } = request;
      const outcome = await change(request, (asked, state) => decideRestrict({ ...asked, ...body }, state));
      return written(outcome, (state) => shown(idsOf(request), state, now));
    }),
    mount(liftRestrictionRoute, async (request) => written(await change(request, decideLift), () => null, 204)),
    mount(getRecordsOfProcessingRoute, async () => ({ status: 200, body: { processings: recordsOfProcessing() } })),
  ];
}

const idsOf = ({ context, params }: Pick<Asked, 'context' | 'params'>): About => ({
  account_id: context.account_id!,
  user_id: params.user_id,
});

/** Whoever left can be held as well: what the account keeps of them is kept for the same reasons. */
async function wasEverMember(store: EventStore, { account_id, user_id }: About): Promise<boolean> {
  const stream = `membership-${accountStream(account_id, user_id)}`;
  for await (const event of store.readStream(stream, { open: false })) return event.revision >= 0n;
  return false;
}

const shown = (about: About, state: StandingState, now: string): Standing => ({
  ...about,
  legal_hold: holdAt(state, now),
  restriction: state.restriction,
});

/** People learn that they are held or restricted (Art. 12, 18 GDPR). Why they are held may be what they must not learn yet. */
function seenBy({ user_id, permissions }: CurrentUserContext, standing: Standing): Standing {
  if (standing.user_id !== user_id || permissions.includes('MANAGE_PRIVACY')) return standing;
  return { ...standing, legal_hold: standing.legal_hold && { ...standing.legal_hold, reason: null } };
}
