import { profileEvents } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { Projection, ProjectionHandler, Tx } from '@annals/postgres';
import { concerns, type Entry, evolveEntry, listingOf, saysNothing, unknown } from './entry.js';
import { tables } from './tables.js';
import { type Change, writeWords } from './write-words.js';

const ofProfiles = profileEvents.filter(({ category }) => category === 'profile').map(({ type }) => type);
const ofMembers = ['MembershipGranted', 'MembershipEnded'];
const ofPeople = ['UserDisabled', 'UserEnabled', 'UserDeleted', 'UserRestored'];
const erased = 'SubjectErased';

const ofRestriction = ['ProcessingRestricted', 'ProcessingRestrictionLifted'];

const one: ProjectionHandler = (tx, event) => batch(tx, [event]);

/** Members of accounts by what the others may find them by: their place in the alphabet, their words, spellings of these. */
export const directory: Projection = {
  name: 'directory',
  version: 2,
  categories: ['profile', 'membership', 'user', 'hold', 'erased'],
  tables,
  on: Object.fromEntries(
    [...ofProfiles, ...ofMembers, ...ofPeople, ...ofRestriction, erased].map((type) => [type, one]),
  ),
  // Who is out is out everywhere, whichever account's administrator did it.
  accountOf: (event) => (isOfPerson(event) ? null : String(event.data.account_id)),
  batch,
};

/** Whether it happens to a person in every account. */
const isOfPerson = ({ type, data }: Pick<StoredEvent, 'type' | 'data'>): boolean =>
  ofPeople.includes(type) || (type === erased && data.account_id === null);

/** Whether an account erases what it holds about somebody; with it goes that it might not process it. */
const isOfMember = ({ type, data }: Pick<StoredEvent, 'type' | 'data'>): boolean =>
  type === erased && data.account_id !== null;

async function batch(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const people = events.filter(isOfPerson);
  if (people.length > 0) await comeAndGo(tx, people);
  const apart = events.filter((event) => ofRestriction.includes(event.type) || isOfMember(event));
  for (const event of apart) await restrict(tx, event);
  const entries = events.filter(
    (event) => !isOfPerson(event) && !ofRestriction.includes(event.type) && concerns(event),
  );
  if (entries.length > 0) await change(tx, String(entries[0]!.data.account_id), entries);
}

/** The entry stays as it is for the time after. */
async function restrict(tx: Tx, { type, data: { account_id, user_id } }: StoredEvent): Promise<void> {
  await tx.query(
    type === 'ProcessingRestricted'
      ? 'insert into restricted (account_id, user_id) values ($1, $2) on conflict do nothing'
      : 'delete from restricted where account_id = $1 and user_id = $2',
    [account_id, user_id],
  );
}

async function comeAndGo(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const out = new Map(
    events.map(({ type, data }) => [
      String(data.user_id),
      type === 'UserDisabled' || type === 'UserDeleted' || type === erased || data.status === 'disabled',
    ]),
  );
  const those = (isOut: boolean) => [...out].filter(([, value]) => value === isOut).map(([userId]) => userId);
  await Promise.all([
    tx.query('insert into away (user_id) select unnest($1::uuid[]) on conflict do nothing', [those(true)]),
    tx.query('delete from away where user_id = any($1::uuid[])', [those(false)]),
  ]);
}

async function change(tx: Tx, accountId: string, events: readonly StoredEvent[]): Promise<void> {
  const userIds = [...new Set(events.map(({ data }) => String(data.user_id)))];
  const { rows } = await tx.query<Entry & { user_id: string }>(
    'select user_id, member, state from entries where account_id = $1 and user_id = any($2::uuid[])',
    [accountId, userIds],
  );
  const known = new Map(rows.map(({ user_id, member, state }) => [user_id, { member, state }]));
  const after = new Map<string, Entry>(known);
  for (const event of events) {
    const userId = String(event.data.user_id);
    after.set(userId, evolveEntry(after.get(userId) ?? unknown, event));
  }
  const changes = userIds
    .map((userId): Change => ({ userId, before: known.get(userId) ?? unknown, after: after.get(userId)! }))
    .filter(({ userId, before, after: now }) => (known.has(userId) ? !same(before, now) : !saysNothing(now)));
  if (changes.length === 0) return;
  const [gone, kept] = [true, false].map((nothing) => changes.filter(({ after: now }) => saysNothing(now) === nothing));
  await Promise.all([
    removeEntries(tx, accountId, gone!),
    writeEntries(tx, accountId, kept!),
    ...writeWords(tx, accountId, changes),
  ]);
}

/** In the same order of keys, because both were made by the same fold; else a row is written once more than needed. */
const same = (one: Entry, other: Entry): boolean => JSON.stringify(one) === JSON.stringify(other);

async function removeEntries(tx: Tx, accountId: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query('delete from entries where account_id = $1 and user_id = any($2::uuid[])', [
    ...[accountId, changes.map(({ userId }) => userId)],
  ]);
}

async function writeEntries(tx: Tx, accountId: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const listings = changes.map(({ after }) => listingOf(after));
  await tx.query(
    `insert into entries (account_id, user_id, member, state, listed, sort_key)
     select $1, * from unnest($2::uuid[], $3::boolean[], $4::jsonb[], $5::boolean[], $6::text[])
     on conflict (account_id, user_id) do update set
       member = excluded.member, state = excluded.state, listed = excluded.listed, sort_key = excluded.sort_key`,
    [
      ...[accountId, changes.map(({ userId }) => userId), changes.map(({ after }) => after.member)],
      changes.map(({ after }) => JSON.stringify(after.state)),
      ...[listings.map(({ listed }) => listed), listings.map(({ sortKey }) => sortKey)],
    ],
  );
}
