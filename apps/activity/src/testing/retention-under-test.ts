import { type CurrentUserContext, type Purpose, type RetentionClass, type SweepEvent } from '@annals/contracts';
import { createPool, projectionSchema, subjectKeys, type SubjectKeyStore, withTenant } from '@annals/postgres';
import { rowsOf, signedIn } from '@annals/testing';
import { activityPart } from '../activity/part.js';
import { activityTable } from '../activity/stored-entry.js';
import { pseudonymsWith } from '../analytics/member.js';
import { auditPart } from '../audit/part.js';
import { trackingConsents } from '../consent/tracking-consents.js';
import { type ActivityUnderTest, activityUnderTest } from './activity-service.js';
import { type RetentionGround } from '../retention/ground.js';
import { retentionPart } from '../retention/part.js';
import { sweep, type SweepOptions } from '../retention/sweep.js';
import { termsOf } from '../retention/terms.js';

const own = [auditPart, activityPart];
const dayMs = 24 * 60 * 60 * 1000;

/** A moment so many days from now. */
export const later = (days: number): Date => new Date(Date.now() + days * dayMs);

/** Logs with retention, over stores of their own, and hands to move the clock of sweeps. */
export interface RetentionUnderTest extends Omit<ActivityUnderTest, 'ground'> {
  ground(): RetentionGround;
  /** Keys as if it were then. */
  keysAt(now: Date): SubjectKeyStore;
  caughtUp(): Promise<void>;
  /** As if it were then, for keys too. @returns failures that did not end it */
  sweepAt(now: Date, part?: Partial<RetentionGround>, options?: Partial<SweepOptions>): Promise<unknown[]>;
  /** Somebody who consents, and told a fact of each of these words today. */
  tracked(words: readonly string[], who?: CurrentUserContext): Promise<CurrentUserContext>;
  choose(who: CurrentUserContext, days: Partial<Record<RetentionClass, number>>): Promise<void>;
  /** Words of the facts that the account's log shows. */
  wordsOf(who: CurrentUserContext): Promise<string[]>;
  /** What sweeps told an account. */
  told(who: CurrentUserContext, of: RetentionClass): Promise<SweepEvent['data'][]>;
  hasKey(holder: string, purpose: Purpose): Promise<boolean>;
}

/** Gives the tests of a file one of them; it is there once tests run. */
export function retentionUnderTest(): () => RetentionUnderTest {
  const running = activityUnderTest([...own, retentionPart(own)]);
  return () => over(running());
}

function over(under: ActivityUnderTest): RetentionUnderTest {
  const { stores, service, config, runners } = under;
  const { database, keysDatabase, keyEncryptionKey, store, keys } = stores;
  const pseudonym = pseudonymsWith(config.ANALYTICS_SECRET);
  const kept = own.flatMap((part) => part.kept ?? []);
  const ground = (): RetentionGround => ({ pool: database.pool, store, keys, terms: termsOf(config), kept, pseudonym });
  const keysAt = (now: Date) => subjectKeys(keysDatabase.pool, keyEncryptionKey, { now: () => now });
  const caughtUp = async () => {
    await Promise.all(runners.map((runner) => runner.caughtUp()));
  };
  return {
    ...{ ...under, ground, keysAt, caughtUp },
    async sweepAt(now, part, options) {
      const failures: unknown[] = [];
      const onError = (error: unknown) => failures.push(error);
      const fixed = { ownerUrl: database.ownerUrl, caughtUp, now, lost: new AbortController().signal };
      await sweep({ ...ground(), keys: keysAt(now), ...part }, { ...fixed, onError, ...options });
      await caughtUp();
      return failures;
    },
    async tracked(words, who = signedIn('ADMIN')) {
      const consents = `${projectionSchema(trackingConsents)}.tracking_consents`;
      await withTenant(database.pool, { accountId: who.account_id! }, (tx) =>
        tx.query(`insert into ${consents} values ($1, $2, true, '2026-01-01') on conflict do nothing`, [
          ...[who.account_id, who.user_id],
        ]),
      );
      const body = words.map((word) => ({ type: 'canary', data: { word } }));
      const answer = await service.call('POST', '/users/activity', who, { body });
      expect(answer.json).toMatchObject({ accepted: words.length });
      await caughtUp();
      return who;
    },
    async choose(who, days) {
      const answer = await service.call('PUT', `/accounts/${who.account_id}/retention`, who, { body: { days } });
      expect(answer.status).toBe(200);
      await caughtUp();
    },
    async wordsOf(who) {
      const text = `select data->>'word' as word from ${activityTable} where source = 'client' order by word`;
      const rows = await rowsOf<{ word: string }>(database.pool, who.account_id!, text);
      return rows.map(({ word }) => word);
    },
    async told(who, of) {
      const found: SweepEvent['data'][] = [];
      for await (const { data } of store.readStream(`sweep-${who.account_id}_${of}`)) {
        found.push(data as SweepEvent['data']);
      }
      return found;
    },
    async hasKey(holder, purpose) {
      const { rowCount } = await keysDatabase.pool.query(
        'select from subject_keys where subject = $1 and purpose = $2',
        [holder, purpose],
      );
      return rowCount > 0;
    },
  };
}

/** Every row of every table of a database as text, read by somebody whom no rule keeps from it. */
export async function everything(superuserUrl: string): Promise<string> {
  const pool = createPool({ url: superuserUrl, applicationName: 'search', max: 1 });
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
