import { ActivityTracked, allEvents, type EventContract } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { notify, type Projection, setTenant, tenantTable, type Tx } from '@annals/postgres';
import { decisionsIn } from '../consent/decisions.js';
import { readSilences, silenceColumns, type Silences, silences, writeSilences } from '../consent/silences.js';
import { betweenErasures } from '../erasure/erased.js';
import { accountOf, byAccount } from '../log/by-account.js';
import { monthlyPartitions } from '../log/months.js';
import { forgetSwept } from '../retention/forget-swept.js';
import { type ActivityLine, activityRows, lineColumns, originColumns, originOf } from './activity-row.js';
import { eraseLines } from './erase-lines.js';
import { insertLines } from './insert-lines.js';

const contracts = new Map<string, EventContract>(allEvents.map((contract) => [contract.type, contract]));

/** Channel on which the account is named whose log has grown. */
export const newEntriesChannel = 'annals_activity';

/** People of whose clients no fact is taken. */
const silent = { table: 'silent_people', person: 'user_id', type: 'uuid' } as const;

/**
 * What each person did and what was done to their things: facts read from all streams, and facts told by clients.
 * Months go by arrival, since a client's own clock may say anything. A fact counts by what held when it was written: one
 * that came after its person's no, or while the account might not process it, makes no line, live or built anew.
 */
export const activityLog: Projection = {
  name: 'activity_log',
  version: 3,
  categories: [...new Set(allEvents.map((contract) => contract.category))],
  tables: (schema) => `
    create table ${schema}.activity_entries (
      account_id uuid not null,
      ${Object.entries({ ...lineColumns, ...originColumns })
        .map(([name, type]) => `${name} ${type}`)
        .join(',\n      ')},
      idx bigint not null,
      primary key (account_id, user_id, commit_pos, prepare_pos, idx, recorded_at)
    ) partition by range (recorded_at);
    create index on ${schema}.activity_entries (account_id, commit_pos, prepare_pos, idx);
    create index on ${schema}.activity_entries (account_id, user_id, type, commit_pos, prepare_pos, idx);
    ${tenantTable(`${schema}.activity_entries`)}
    ${monthlyPartitions(schema, 'activity_entries')}
    create table ${schema}.silent_people ${silenceColumns(silent)};
    comment on table ${schema}.silent_people is 'people of whose clients no fact is taken';
    ${tenantTable(`${schema}.silent_people`)}
    create table ${schema}.erased_people (
      account_id uuid not null,
      user_id uuid not null,
      primary key (account_id, user_id)
    );
    comment on table ${schema}.erased_people is 'people who have no log any more, whatever is done about them afterwards';
    ${tenantTable(`${schema}.erased_people`)}
  `,
  on: {},
  accountOf: () => null,
  batch: (tx, events) =>
    betweenErasures(
      events,
      (some) => project(tx, some),
      (who) => eraseLines(tx, who),
    ),
};

async function project(tx: Tx, events: readonly StoredEvent[]): Promise<void> {
  const groups = byAccount(events, accountOf);
  const people = await silencesOf(tx, groups);
  const sent: Promise<void>[] = [];
  for (const [accountId, group] of groups) {
    sent.push(setTenant(tx, accountId), ...projectAccount(tx, accountId, group, people.get(accountId)));
  }
  // Sent together, answered in order: one round trip, whatever the number of accounts.
  await Promise.all(sent);
  await setTenant(tx, null);
}

/** Of the people whose clients told something, in one round trip; none when nobody's did. */
async function silencesOf(tx: Tx, groups: ReadonlyMap<string, StoredEvent[]>): Promise<Map<string, Silences>> {
  const asked = [...groups].map(([accountId, group]) => {
    const told = group.filter(({ type }) => type === ActivityTracked.type);
    return { accountId, people: [...new Set(told.map(({ data }) => String(data.user_id)))] };
  });
  const read = asked
    .filter(({ people }) => people.length > 0)
    .map(async ({ accountId, people }) => {
      const [, found] = await Promise.all([setTenant(tx, accountId), readSilences(tx, silent, accountId, people)]);
      return [accountId, found] as const;
    });
  return new Map(await Promise.all(read));
}

/** Sends all its statements before it returns: they belong to the account whose scope was set before. */
function projectAccount(
  tx: Tx,
  accountId: string,
  events: readonly StoredEvent[],
  people: Silences = silences([]),
): Promise<void>[] {
  const told = events
    .map((event) => ({ origin: originOf(event), lines: linesOf(event, accountId, people) }))
    .filter(({ lines }) => lines.length > 0);
  // Told at commit, so that whoever is woken finds the rows.
  const rows = told.length > 0 ? [insertLines(tx, accountId, told), notify(tx, newEntriesChannel, accountId)] : [];
  return [
    ...rows,
    writeSilences(tx, silent, accountId, people),
    forgetSwept(tx, events, { class: 'activity', table: 'activity_entries', at: 'recorded_at', person: 'user_id' }),
  ];
}

/** Lines of an event, and what it decides for those after it. */
function linesOf(event: StoredEvent, accountId: string, people: Silences): ActivityLine[] {
  const contract = contracts.get(event.type);
  if (!contract) throw new Error(`No contract for event ${event.type}`);
  for (const decided of decisionsIn(event)) if (decided.why !== 'counting') people.decide(decided.userId, decided);
  const refused =
    event.type === ActivityTracked.type && people.isSilent(String(event.data.user_id), 'tracking', 'restricted');
  return refused ? [] : activityRows(event, contract, accountId);
}
