import {
  allEvents,
  retentionClasses,
  type EventContract,
  type EventOf,
  type LegalHoldPlaced,
  type RetentionEvent,
} from '@annals/contracts';
import { categoryOf, holderOf, type StoredEvent } from '@annals/event-store';
import { type Projection, projectionSchema, type Tx } from '@annals/postgres';
import { betweenErasures, type ErasedPerson } from '../erasure/erased.js';
import { accountOf, noAccount } from '../log/by-account.js';

const subjects = new Map<string, EventContract['subject']>(allEvents.map(({ type, subject }) => [type, subject]));

/**
 * What a sweep has to know of all accounts at once: which there are and what they chose, whose keys which accounts need,
 * and which days of facts there are. Ids, days and numbers only, so that the sweep may look across accounts.
 */
export const retentionModel: Projection = {
  name: 'retention',
  version: 3,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  open: false,
  tables: (schema) => `
    create table ${schema}.accounts (
      account uuid primary key,
      ${retentionClasses.map((of) => `${of} int`).join(',\n      ')}
    );
    comment on table ${schema}.accounts is 'days that each account chose; null where the house''s term holds';
    create table ${schema}.holders (holder text not null, account uuid not null, primary key (holder, account));
    create index on ${schema}.holders (account, holder);
    comment on table ${schema}.holders is 'in which accounts keys of a holder sealed something';
    create table ${schema}.fact_days (
      account uuid not null,
      day date not null,
      person uuid not null,
      primary key (account, day, person)
    );
    comment on table ${schema}.fact_days is 'streams of facts that clients told';
    create table ${schema}.holds (
      account uuid not null,
      person uuid not null,
      until timestamptz,
      primary key (account, person)
    );
    comment on table ${schema}.holds is 'people of whom nothing goes, until a moment or until they are released';
  `,
  on: {},
  accountOf: () => null,
  batch: (tx, events) =>
    betweenErasures(
      events,
      (some) => project(tx, some),
      (who) => forget(tx, who),
    ),
};

export const retentionSchema = projectionSchema(retentionModel);

async function project(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const accounts = [...new Set(events.map(accountOf))];
  const holders = distinct(events.flatMap((event) => holdersOf(event).map((holder) => [holder, accountOf(event)])));
  const days = distinct(events.flatMap(factDayOf));
  await Promise.all([
    tx.query('insert into accounts (account) select unnest($1::uuid[]) on conflict do nothing', [accounts]),
    tx.query('insert into holders select * from unnest($1::text[], $2::uuid[]) on conflict do nothing', [
      holders.map(([holder]) => holder),
      holders.map(([, account]) => account),
    ]),
    tx.query('insert into fact_days select * from unnest($1::uuid[], $2::date[], $3::uuid[]) on conflict do nothing', [
      days.map(([account]) => account),
      days.map(([, day]) => day),
      days.map(([, , person]) => person),
    ]),
  ]);
  for (const { type, data } of events) {
    if (type === 'RetentionChanged') await choose(tx, data as RetentionEvent['data']);
    if (type === 'LegalHoldPlaced') await hold(tx, data as PlacedHold);
    if (type === 'LegalHoldReleased') await release(tx, data as PlacedHold);
  }
}

/** Whose keys seal something in an event: who acted, and whom it is about. */
function holdersOf({ type, data, metadata }: StoredEvent): string[] {
  const subject = subjects.get(type);
  const about = subject === undefined ? undefined : data[subject];
  const { actor, account_id } = metadata;
  return [
    ...(actor.user_id === null ? [] : [holderOf(actor.user_id, account_id)]),
    ...(typeof about === 'string'
      ? [holderOf(about, typeof data.account_id === 'string' ? data.account_id : null)]
      : []),
  ];
}

/** The name of the stream tells the day: by the clock of whoever wrote it, and not by that of the store. */
function factDayOf({ stream }: StoredEvent): string[][] {
  if (categoryOf(stream) !== 'tracked') return [];
  const [account = '', person = '', day = ''] = stream.slice('tracked-'.length).split('_');
  return [[account, day, person]];
}

function distinct(tuples: readonly string[][]): string[][] {
  return [...new Map(tuples.map((tuple) => [tuple.join(' '), tuple])).values()];
}

/** Keys that are gone need no sweep, and nobody is held of whom there is nothing. Days of facts go when they are closed. */
async function forget(tx: Tx, { accountId, userId }: ErasedPerson): Promise<void> {
  const holder = holderOf(userId, accountId === noAccount ? null : accountId);
  await Promise.all([
    tx.query('delete from holders where holder = $1', [holder]),
    tx.query('delete from holds where account = $1 and person = $2', [accountId, userId]),
  ]);
}

type PlacedHold = Pick<EventOf<typeof LegalHoldPlaced>['data'], 'account_id' | 'user_id' | 'until'>;

async function hold(tx: Tx, { account_id, user_id, until }: PlacedHold): Promise<void> {
  await tx.query(
    `insert into holds (account, person, until) values ($1, $2, $3)
     on conflict (account, person) do update set until = excluded.until`,
    [account_id, user_id, until],
  );
}

async function release(tx: Tx, { account_id, user_id }: Omit<PlacedHold, 'until'>): Promise<void> {
  await tx.query('delete from holds where account = $1 and person = $2', [account_id, user_id]);
}

async function choose(tx: Tx, { account_id, days }: RetentionEvent['data']): Promise<void> {
  for (const of of retentionClasses) {
    if (days[of] === undefined) continue;
    await tx.query(`update accounts set ${of} = $2 where account = $1`, [account_id, days[of]]);
  }
}
