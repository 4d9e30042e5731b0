import {
  comparePositions,
  type EventStore,
  type Loaded,
  type Position,
  type PositionToken,
  streamName,
} from '@annals/event-store';
import { type Reply, type RouteRequest, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { ownerOf, streamOf, type Owner } from '../owner.js';
import { type Change, decideChange } from './change.js';
import { accountPreferences, preferences, type Chosen } from './preferences.js';
import { type Layers } from './shown.js';

export interface PreferenceParts {
  folds: FreshFolds;
  store: EventStore;
}

type Show = (owner: Owner, layers: Layers) => unknown;
type Asked = Pick<RouteRequest, 'commandId' | 'commandHash' | 'ifMatch' | 'now' | 'minPosition'> & {
  context: Parameters<typeof ownerOf>[0];
};

const accountRead = (folds: FreshFolds, { account_id }: Owner, minPosition: readonly PositionToken[]) =>
  folds.read(accountPreferences, account_id, minPosition);

/**
 * What is in force for the person who asks. The revision is that of their own choices, which is what a change names; the
 * account's makes another tag of it, so that nobody is told that nothing has changed when a default has.
 */
export async function readPreferences({ folds }: PreferenceParts, request: Asked, show: Show): Promise<Reply> {
  const owner = ownerOf(request.context);
  const { minPosition } = request;
  const [own, account] = await Promise.all([
    folds.read(preferences, streamOf(owner), minPosition),
    accountRead(folds, owner, minPosition),
  ]);
  const body = show(owner, { own: own.state, account: account.state });
  return { status: 200, body, revision: own.revision, besides: account.revision };
}

/** Changes the choices of the person who asks, and shows what is in force then. */
export async function changePreferences(
  { folds, store }: PreferenceParts,
  request: Asked,
  change: Change,
  show: Show,
): Promise<Reply> {
  const owner = ownerOf(request.context);
  const { now } = request;
  const present = await accountRead(folds, owner, []);
  const decide = (state: Chosen) => decideChange({ ...owner, ...change, now }, state);
  const outcome = await folds.execute(preferences, streamOf(owner), commandOf(request, decide));
  const repeated = outcome.kind === 'replayed' && outcome.position;
  const account = repeated ? await accountAt(store, owner, repeated) : present;
  const reply = written(outcome, (own) => show(owner, { own, account: account.state }));
  return { ...reply, besides: account.revision };
}

/** The account's choices as they were: a repeated command is answered as it was the first time. */
async function accountAt(
  store: EventStore,
  { account_id }: Owner,
  then: Position,
): Promise<Pick<Loaded<Chosen>, 'state' | 'revision'>> {
  let account: Pick<Loaded<Chosen>, 'state' | 'revision'> = { state: accountPreferences.initial, revision: null };
  for await (const event of store.readStream(streamName(accountPreferences.category, account_id))) {
    if (comparePositions(event.position, then) > 0) break;
    account = { state: accountPreferences.evolve(account.state, event), revision: event.revision };
  }
  return account;
}
