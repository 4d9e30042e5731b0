import { type CurrentUserContext, type RetentionClass } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { createPool, projectionSchema, subjectKeys, withTenant } from '@annals/postgres';
import { rowsOf, signedIn } from '@annals/testing';
import { activityPart } from '../activity/part.js';
import { activityTable } from '../activity/stored-entry.js';
import { auditPart } from '../audit/part.js';
import { trackingConsents } from '../consent/tracking-consents.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { type RetentionGround } from './ground.js';
import { retentionPart } from './part.js';
import { preview } from './preview.js';
import { retentionSchema } from './projection.js';
import { sweep } from './sweep.js';
import { inForce, ofEachClass, termsOf } from './terms.js';

const own = [auditPart, activityPart];
const under = activityUnderTest([...own, retentionPart(own)]);
const stores = () => under().stores;
const day = 24 * 60 * 60 * 1000;
const later = (days: number) => new Date(Date.now() + days * day);

const ground = (): RetentionGround => ({
  ...{ pool: stores().database.pool, store: stores().store, keys: stores().keys },
  ...{ terms: termsOf(under().config), kept: own.flatMap((part) => part.kept ?? []) },
});
const caughtUp = async () => {
  await Promise.all(under().runners.map((runner) => runner.caughtUp()));
};
/** As if it were then, for the keys too. */
async function sweepAt(now: Date, part: Partial<RetentionGround> = {}): Promise<void> {
  const failures: unknown[] = [];
  const keys = subjectKeys(stores().keysDatabase.pool, stores().keyEncryptionKey, { now: () => now });
  await sweep(
    { ...ground(), keys, ...part },
    {
      ...{ ownerUrl: stores().database.ownerUrl, caughtUp, now, lost: new AbortController().signal },
      onError: (error) => failures.push(error),
    },
  );
  expect(failures).toEqual([]);
  await caughtUp();
}

/** Somebody who consents, and told a fact of each of these words today. */
async function tracked(words: readonly string[], who = signedIn('ADMIN')): Promise<CurrentUserContext> {
  await withTenant(stores().database.pool, { accountId: who.account_id! }, (tx) =>
    tx.query(
      `insert into ${projectionSchema(trackingConsents)}.tracking_consents values ($1, $2, true, '2026-01-01')
       on conflict do nothing`,
      [who.account_id, who.user_id],
    ),
  );
  const body = words.map((word) => ({ type: 'canary', data: { word } }));
  const answer = await under().service.call('POST', '/users/activity', who, { body });
  expect(answer.json).toMatchObject({ accepted: words.length });
  await caughtUp();
  return who;
}

async function choose(who: CurrentUserContext, days: Partial<Record<RetentionClass, number>>): Promise<void> {
  const answer = await under().service.call('PUT', `/accounts/${who.account_id}/retention`, who, { body: { days } });
  expect(answer.status).toBe(200);
  await caughtUp();
}

/** Words of the facts that the account's log shows. */
async function wordsOf(who: CurrentUserContext): Promise<string[]> {
  const text = `select data->>'word' as word from ${activityTable} where source = 'client' order by word`;
  const rows = await rowsOf<{ word: string }>(stores().database.pool, who.account_id!, text);
  return rows.map(({ word }) => word);
}

async function tellings(who: CurrentUserContext, of: RetentionClass): Promise<StoredEvent['data'][]> {
  const told: StoredEvent['data'][] = [];
  for await (const { data } of stores().store.readStream(`sweep-${who.account_id}_${of}`)) told.push(data);
  return told;
}

/** Everything the event store holds of an account's facts, opened where it can be. */
async function storedFacts(who: CurrentUserContext): Promise<string> {
  const found: unknown[] = [];
  for await (const { stream, data } of stores().store.readAll()) {
    if (stream.startsWith(`tracked-${who.account_id}`)) found.push(data);
  }
  return JSON.stringify(found);
}

/** Every row of every table, read by somebody whom no rule keeps from it. */
async function everything(url: string): Promise<string> {
  const pool = createPool({ url, applicationName: 'search', max: 1 });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
      [],
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await pool.query<{ text: string }>(`select t::text as text from ${name} t`, []);
      texts.push(...rows.map(({ text }) => text));
    }
    return texts.join('\n');
  } finally {
    await pool.end();
  }
}
const inPostgres = () => everything(stores().database.superuserUrl);

describe('a sweep', () => {
  it('leaves nothing of facts that are past their time: in tables, in the event store, in the hands of a key', async () => {
    const who = await tracked(['kanarienvogel-one', 'kanarienvogel-two']);
    await choose(who, { activity: 7, analytics: 7 });
    const keyId = (await stores().keys.current(who.user_id!, 'analytics')).id;
    await sweepAt(later(6));
    expect(await wordsOf(who)).toEqual(['kanarienvogel-one', 'kanarienvogel-two']);
    expect(await inPostgres()).toContain('kanarienvogel-one');
    expect(await storedFacts(who)).toContain('kanarienvogel-one');
    expect(await stores().keys.find(keyId)).not.toBe('erased');

    await sweepAt(later(100));
    await stores().scavenge();
    expect(await wordsOf(who)).toEqual([]);
    expect(await inPostgres()).not.toContain('kanarienvogel');
    expect(await storedFacts(who)).toBe('[]');
    expect(await everything(stores().keysDatabase.superuserUrl)).not.toContain(keyId);
  });
});
