import { serviceIdentity } from '@annals/auth';
import { Problem } from '@annals/contracts';
import { derivedId, uuidv7 } from '@annals/event-store';
import { tenantQuery, withTenant, type Tx } from '@annals/postgres';
import type { MyAccount } from '../account/choose-account.js';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { endSessionNow } from './end-session-now.js';
import { endFamily } from './session-tokens.js';
import type { Asker } from './asker.js';

/** A session that is at work in the account. */
interface Seat {
  session_id: string;
  /** It has to go; the fact may still be missing. */
  evicted_at: Date | null;
}

interface Entry {
  account_id: string;
  user_id: string;
  session_id: string;
  limit: { max: number; on_excess: 'deny' | 'evict_oldest' };
  now: string;
}

/**
 * Keeps a person's open sessions in an account to what its policy allows: one too many is refused, or the oldest ends.
 * Costs nothing where nothing is limited. A process that dies while it makes room leaves its decision behind, and the
 * next request of the person in the account carries it out.
 * @throws Problem 403 `session-limit-reached`, 401 `session-evicted`
 */
export async function limitSessions(identity: Identity, account: MyAccount, asker: Asker, now: string): Promise<void> {
  const limit = account.policies.session_limit;
  const { session_id, user } = asker;
  if (!limit || session_id === null) return;
  const { account_id } = account;
  const entry: Entry = { account_id, user_id: user.user_id, session_id, limit, now };
  const taken = await seatsOf(identity, entry);
  const isSeated = taken.some((seat) => seat.session_id === session_id && !seat.evicted_at);
  const evicted = isSeated
    ? taken.filter((seat) => seat.evicted_at)
    : await withTenant(identity.pool, { accountId: account_id }, (tx) => takeSeat(identity, tx, entry));
  for (const seat of evicted) await evict(identity, entry, seat.session_id);
  if (evicted.some((seat) => seat.session_id === session_id)) {
    throw new Problem(401, 'session-evicted', 'This session has ended: the account allows fewer; sign in again');
  }
}

async function seatsOf({ pool }: Identity, { account_id, user_id }: Entry): Promise<Seat[]> {
  const { rows } = await tenantQuery<Seat>(
    pool,
    { accountId: account_id },
    'select session_id, evicted_at from session_accounts where account_id = $1 and user_id = $2',
    [account_id, user_id],
  );
  return rows;
}

/** Takes a seat for the session, one entry of a person at a time. @returns who had to leave theirs */
async function takeSeat({ settings }: Identity, tx: Tx, entry: Entry): Promise<Seat[]> {
  const { account_id, user_id, session_id, limit, now } = entry;
  await tx.query("select pg_advisory_xact_lock(hashtextextended('identity.seats ' || $1 || ' ' || $2, 0))", [
    account_id,
    user_id,
  ]);
  await tx.query(
    `delete from session_accounts a using session_tokens t
     where a.account_id = $1 and a.user_id = $2 and a.evicted_at is null and t.session_id = a.session_id
       and (t.ended_at is not null or t.expires_at <= $3 or t.last_activity_at <= $3::timestamptz - make_interval(secs => $4))`,
    [account_id, user_id, now, settings.sessionTimeout],
  );
  const { rows } = await tx.query<Seat>(
    'select session_id, evicted_at from session_accounts where account_id = $1 and user_id = $2 order by entered_at, session_id',
    [account_id, user_id],
  );
  const leaving = rows.filter((seat) => seat.evicted_at);
  if (rows.some((seat) => seat.session_id === session_id)) return leaving;
  const seated = rows.filter((seat) => !seat.evicted_at);
  const excess = seated.length - limit.max + 1;
  if (excess > 0 && limit.on_excess === 'deny') {
    throw new Problem(
      403,
      'session-limit-reached',
      `This account allows ${limit.max} sessions at a time; end one first`,
    );
  }
  const oldest = seated.slice(0, Math.max(0, excess));
  for (const seat of oldest) {
    await tx.query('update session_accounts set evicted_at = $3 where account_id = $1 and session_id = $2', [
      ...[account_id, seat.session_id, now],
    ]);
    // Effective with the seat that is taken for it, whatever becomes of this process.
    await endFamily(tx, seat.session_id, now);
  }
  await tx.query(
    'insert into session_accounts (account_id, session_id, user_id, entered_at) values ($1, $2, $3, clock_timestamp())',
    [account_id, session_id, user_id],
  );
  return [...leaving, ...oldest];
}

/** Writes the fact and the marker, and only then forgets that it was to be done. */
async function evict(identity: Identity, { account_id, user_id, now }: Entry, sessionId: string): Promise<void> {
  const asking = evicting(account_id, user_id, sessionId, now);
  await endSessionNow(identity, asking, { session_id: sessionId, user_id, reason: 'evicted' });
  await withTenant(identity.pool, { accountId: account_id }, (tx) =>
    tx.query('delete from session_accounts where account_id = $1 and session_id = $2', [account_id, sessionId]),
  );
}

/** The policy ends the session, on behalf of its person; whoever finds it undone does it under the same id. */
function evicting(accountId: string, userId: string, sessionId: string, now: string): Asking {
  const commandId = derivedId(sessionId, `evicted from ${accountId}`);
  const request_id = uuidv7();
  return {
    commandId,
    context: {
      ...serviceIdentity('svc:identity', { userId, accountId }),
      ...{ request_id, transaction_id: uuidv7(), correlation_id: request_id, causation_id: request_id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now },
    },
    now,
  };
}
