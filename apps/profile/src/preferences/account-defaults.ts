import {
  type CurrentUserContext,
  getAccountPreferencesRoute,
  patchAccountPreferencesRoute,
  Problem,
  replaceAccountPreferencesRoute,
} from '@annals/contracts';
import { type MountedRoute, mount, type Reply, type RouteRequest, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Change, decideAccountChange, patching, replacing } from './change.js';
import { accountPreferences, type Chosen } from './preferences.js';
import { shownOfAccount } from './shown.js';

type Asked = Pick<RouteRequest, 'commandId' | 'commandHash' | 'ifMatch' | 'now'> & {
  context: CurrentUserContext;
  params: { id: string };
};

/** The account of the path, which is the one that the request works in. @throws Problem 404 `account-not-found` */
function accountOf({ context, params }: Pick<Asked, 'context' | 'params'>): string {
  if (context.account_id === params.id) return params.id;
  throw new Problem(404, 'account-not-found', 'There is no such account');
}

async function change(folds: FreshFolds, request: Asked, wanted: Change): Promise<Reply> {
  const account_id = accountOf(request);
  const { now } = request;
  const decide = (state: Chosen) => decideAccountChange({ ...wanted, account_id, now }, state);
  const outcome = await folds.execute(accountPreferences, account_id, commandOf(request, decide));
  return written(outcome, (state) => shownOfAccount(account_id, state, false));
}

/** GET, PUT and PATCH of /accounts/{id}/preferences: what holds for members who have not chosen themselves. */
export const accountDefaults = (folds: FreshFolds): MountedRoute[] => [
  mount(getAccountPreferencesRoute, async (request) => {
    const account_id = accountOf(request);
    const { state, revision } = await folds.read(accountPreferences, account_id, request.minPosition);
    return { status: 200, body: shownOfAccount(account_id, state, request.query.explain === 'true'), revision };
  }),
  mount(replaceAccountPreferencesRoute, (request) => change(folds, request, replacing(request.body))),
  mount(patchAccountPreferencesRoute, (request) => change(folds, request, patching(request.body))),
];
