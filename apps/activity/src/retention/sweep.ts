import { type RetentionClass } from '@annals/contracts';
import { withTenant } from '@annals/postgres';
import { keepingAccounts, type KeepingAccount } from './accounts.js';
import { keysWithTerm } from './due-keys.js';
import { type DueOfAccount, type RetentionGround } from './ground.js';
import { heldPeople } from './holds.js';
import { deleteSome, type KeptTable } from './kept.js';
import { sweepAudit } from './sweep-audit.js';
import { sweepKeys } from './sweep-keys.js';
import { sweepMonths } from './sweep-months.js';
import { sweepStreams } from './sweep-streams.js';
import { tell } from './tell.js';
import { dueUntil } from './terms.js';

export interface SweepOptions {
  /** For the owner's work: dropping months. */
  ownerUrl: string;
  /** Resolves when the read models show everything that is in the event store. */
  caughtUp(): Promise<void>;
  now: Date;
  /** Fires when another process takes over: the sweep ends where it is. */
  lost: AbortSignal;
  /** Told when a month could not be dropped; its rows are deleted instead. */
  onError: (error: unknown) => void;
}

/** Rows that went with whole months, by table and account. */
type GoneWithMonths = ReadonlyMap<KeptTable, ReadonlyMap<string, number>>;

/**
 * Removes everything that is due, of all accounts: months that nobody needs, rows, streams of facts, then the keys that
 * no account of their people needs. What is due is found anew each time, so a sweep that ended on the way is simply
 * swept again.
 * @throws AggregateError when something could not be removed; everything else was
 */
export async function sweep(ground: RetentionGround, options: SweepOptions): Promise<void> {
  const { now, lost } = options;
  await options.caughtUp();
  const gone = await dropWholeMonths(ground, options);
  const failures: unknown[] = [];
  /** What fails for one must not keep the others' things from going. */
  const attempt = async (work: Promise<void>): Promise<void> => {
    await work.catch((error: unknown) => {
      if (lost.aborted) throw error;
      if (failures.length < failuresTold) failures.push(error);
    });
  };
  for await (const account of keepingAccounts(ground.pool, ground.terms)) {
    for (const kind of sweptByAccount) await attempt(sweepAccount(ground, account, kind, gone, options));
  }
  for (const of of keysWithTerm) await attempt(sweepKeys(ground, of, now, lost));
  if (failures.length === 0) return;
  throw new AggregateError(failures, `Not everything could be removed: ${String(failures[0])}`);
}

/** The other class, addresses, is nothing but keys. */
const sweptByAccount = ['activity', 'analytics', 'audit'] as const;

/** Failures that one sweep tells at most: when a store is away, all accounts fail alike. */
const failuresTold = 10;

async function dropWholeMonths(
  ground: RetentionGround,
  { ownerUrl, now, onError }: SweepOptions,
): Promise<GoneWithMonths> {
  const gone = new Map<KeptTable, ReadonlyMap<string, number>>();
  for (const kept of ground.kept.filter(({ monthly }) => monthly)) {
    try {
      gone.set(kept, await sweepMonths(ground, ownerUrl, kept, now));
    } catch (error) {
      onError(error);
    }
  }
  return gone;
}

async function sweepAccount(
  ground: RetentionGround,
  { accountId, days }: KeepingAccount,
  of: RetentionClass,
  gone: GoneWithMonths,
  { now, lost }: SweepOptions,
): Promise<void> {
  const until = dueUntil(now, days[of]);
  const held = () => heldPeople(ground.pool, accountId, now);
  const spared = await held();
  const streams = of === 'activity' ? await sweepStreams(ground, accountId, { until, held, lost }) : 0;
  let rows = of === 'audit' ? await sweepAudit(ground, accountId, { until, held, lost }) : 0;
  for (const kept of ground.kept.filter((one) => one.class === of)) {
    rows += gone.get(kept)?.get(accountId) ?? 0;
    rows += await sweepRows(ground, kept, accountId, { until, held, lost });
  }
  const told = { account_id: accountId, class: of, until: until.toISOString(), rows, streams, keys: 0 };
  await tell(ground.store, spared.length > 0 ? { ...told, spared } : told, now);
}

async function sweepRows(
  { pool, pseudonym }: RetentionGround,
  kept: KeptTable,
  accountId: string,
  { until, held, lost }: DueOfAccount,
): Promise<number> {
  for (let removed = 0; ;) {
    lost.throwIfAborted();
    const due = { accountId, until, held: await held(), pseudonym };
    const some = await withTenant(pool, { accountId }, (tx) => deleteSome(tx, kept, due));
    if (some === 0) return removed;
    removed += some;
  }
}
