import {
  type CurrentUserContext,
  getRetentionRoute,
  Problem,
  replaceRetentionRoute,
  type Retention,
} from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { type RetentionGround } from './ground.js';
import { preview } from './preview.js';
import { type ChosenRetention, replaceRetention, retentions } from './retention.js';
import { boundsOf, inForce, ofEachClass, type Terms } from './terms.js';

/** The account of the path, which is the one that the request works in. @throws Problem 404 `account-not-found` */
function accountOf({ context, params }: { context: CurrentUserContext; params: { id: string } }): string {
  if (context.account_id === params.id) return params.id;
  throw new Problem(404, 'account-not-found', 'There is no such account');
}

const shown = (account_id: string, terms: Terms, { chosen, updated_at }: ChosenRetention): Retention => ({
  ...{ account_id, days: inForce(terms, chosen), chosen, bounds: boundsOf(terms), updated_at },
});

/** GET /accounts/{id}/retention. */
export const getRetention = ({ store, terms }: RetentionGround): MountedRoute =>
  mount(getRetentionRoute, async (request) => {
    const account_id = accountOf(request);
    const { state, revision } = await store.load(retentions, account_id);
    return { status: 200, body: shown(account_id, terms, state), revision };
  });

/** PUT /accounts/{id}/retention: takes effect with the next sweep; with `dry_run` it tells what that would remove. */
export const replaceRetentionOfAccount = (ground: RetentionGround): MountedRoute =>
  mount(replaceRetentionRoute, async (request) => {
    const { store, terms } = ground;
    const account_id = accountOf(request);
    const { context, body, commandId, commandHash, ifMatch, now } = request;
    const command = { account_id, days: body.days, floors: terms.floors, now };
    if (body.dry_run) {
      const { state } = await store.load(retentions, account_id);
      const wanted = replaceRetention(command, state).reduce(
        (chosen, event) => retentions.evolve(chosen, event),
        state,
      );
      const days = inForce(terms, { ...ofEachClass(() => null), ...wanted.chosen });
      return { status: 200, body: await preview(ground, { accountId: account_id, days }, new Date(now)) };
    }
    const outcome = await store.execute(retentions, account_id, {
      ...{ id: commandId, hash: commandHash, context, now, expectedRevision: ifMatch },
      decide: (state) => replaceRetention(command, state),
    });
    return written(outcome, (state) => shown(account_id, terms, state));
  });
