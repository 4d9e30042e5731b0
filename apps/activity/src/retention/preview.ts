import { type DueOfClass, type RetentionClass, type RetentionPreview } from '@annals/contracts';
import { withTenant } from '@annals/postgres';
import { ageOfPeriod, dueAmong, keysWithTerm, type Supposed } from './due-keys.js';
import { type RetentionGround } from './ground.js';
import { heldPeople } from './holds.js';
import { countDue } from './kept.js';
import { retentionSchema as schema } from './projection.js';
import { countDueEntries } from './sweep-audit.js';
import { dueUntil, ofEachClass } from './terms.js';

const holdersAtOnce = 500;

/** What a sweep at this moment would remove of an account, if it had chosen these terms. Changes nothing. */
export async function preview(ground: RetentionGround, supposed: Supposed, now: Date): Promise<RetentionPreview> {
  const { accountId: account_id, days } = supposed;
  const due = ofEachClass((of): DueOfClass => {
    const until = dueUntil(now, days[of]).toISOString();
    return { until, rows: 0, facts: 0, streams: 0, keys: 0, oldest_kept: null };
  });
  const held = await heldPeople(ground.pool, account_id, now);
  await addRows(ground, { accountId: account_id, held }, due);
  Object.assign(due.audit, await countDueEntries(ground, account_id, { until: new Date(due.audit.until), held }));
  due.activity.streams = await countStreams(ground, { accountId: account_id, held }, due.activity.until);
  await addKeys(ground, supposed, due, now);
  return { dry_run: true, account_id, days, due };
}

type Due = Record<RetentionClass, DueOfClass>;

interface OfAccount {
  accountId: string;
  held: readonly string[];
}

async function addRows({ pool, kept, pseudonym }: RetentionGround, asked: OfAccount, due: Due): Promise<void> {
  const { accountId } = asked;
  for (const table of kept) {
    const of = due[table.class];
    const found = await withTenant(pool, { accountId }, (tx) =>
      countDue(tx, table, { ...asked, until: new Date(of.until), pseudonym }),
    );
    of.rows += found.rows;
    of.facts += found.facts;
    const oldest = found.oldest_kept?.toISOString() ?? null;
    if (oldest !== null && (of.oldest_kept === null || oldest < of.oldest_kept)) of.oldest_kept = oldest;
  }
}

async function countStreams({ pool }: RetentionGround, asked: OfAccount, until: string): Promise<number> {
  const { rows } = await pool.query<{ streams: string }>(
    `select count(*) as streams from ${schema}.fact_days
     where account = $1 and day < $2::date and not person = any($3::uuid[])`,
    [asked.accountId, until, asked.held],
  );
  return Number(rows[0]?.streams ?? 0);
}

async function addKeys(ground: RetentionGround, supposed: Supposed, due: Due, now: Date): Promise<void> {
  for (const of of keysWithTerm) {
    const ages = (await ground.keys.periods(of.purpose)).map((period) => ({ period, age: ageOfPeriod(period, now) }));
    for await (const holders of holdersOf(ground, supposed.accountId)) {
      for (const { period, age } of ages.filter((one) => one.age >= 1)) {
        const gone = await dueAmong(ground.pool, ground.terms, of, { holders, age, now, supposed });
        if (gone.length > 0) due[of.class].keys += await ground.keys.count(of.purpose, period, gone);
      }
    }
  }
}

/** All whose keys sealed something in an account, in pages. */
async function* holdersOf({ pool }: RetentionGround, accountId: string): AsyncGenerator<string[]> {
  for (let after = ''; ;) {
    const { rows }: { rows: { holder: string }[] } = await pool.query(
      `select holder from ${schema}.holders where account = $1 and holder > $2 order by holder limit ${holdersAtOnce}`,
      [accountId, after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ holder }) => holder);
    after = last.holder;
  }
}
