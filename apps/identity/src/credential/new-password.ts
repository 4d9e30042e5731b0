import { Problem, type CredentialEvent } from '@annals/contracts';
import { derivedId, type PositionToken, type StoredEvent } from '@annals/event-store';
import { written, type Reply } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { endEverySession } from '../session/end-every-session.js';
import { sessions } from '../session/session.js';
import { verifyEmail } from '../user/verify-email.js';
import { mayAct, users, type User } from '../user/user.js';
import { credentials, type Credential } from './credential.js';
import { clearFailuresOf } from './failures.js';
import { applyChange, stageChange, stagedHash } from './password-changes.js';

export interface NewPassword {
  user_id: string;
  password: string;
  /** In whose log it stands. */
  accountId: string | null;
  /** Decides on the fact; `change_id` is what the hash waits under. */
  decide: (credential: Credential, change_id: string) => CredentialEvent[];
}

/**
 * Gives a person another password: its hash is laid down under the change's id, then the fact is written, then what
 * follows from the fact is done. Before the fact nothing has happened, after it a reactor does what is left.
 * The log holds no hash of the body: it would be a fast hash of the password, kept for ever.
 * @returns the answer: nothing but how far read models have to be to show it
 * @throws Problem 503 `sign-in-busy`, 422 `idempotency-key-reused`, or what `decide` refuses with
 */
export async function giveNewPassword(
  identity: Identity,
  { commandId, context, now }: Asking,
  { user_id, password, accountId, decide }: NewPassword,
): Promise<Reply> {
  const change_id = changeIdOf(commandId, user_id);
  await stage(identity, { change_id, user_id, password, now });
  const outcome = await identity.store.execute(credentials, user_id, {
    ...{ id: commandId, context, now, accountId },
    decide: (state) => decide(state, change_id),
  });
  const asking = { commandId: derivedId(commandId, 'after'), context, now };
  const after: PositionToken[] = [];
  for (const event of outcome.events) after.push(...(await followPasswordChange(identity, asking, event)));
  const reply = written(outcome, () => undefined, 204);
  return { ...reply, revision: null, tokens: [...(reply.tokens ?? []), ...after] };
}

/** Two people who are not signed in may send the same key: a change is of its person too. */
export const changeIdOf = (commandId: string, userId: string): string => derivedId(commandId, `password ${userId}`);

interface Staging {
  change_id: string;
  user_id: string;
  password: string;
  now: string;
}

/** Lays the hash down. A repetition keeps the first one, when it is of the same password. */
async function stage({ pool, hasher }: Identity, { password, ...change }: Staging): Promise<void> {
  await hasher.admit(async () => {
    const earlier = await stagedHash(pool, change.change_id);
    if (earlier === null && (await stageChange(pool, { ...change, password_hash: await hasher.hash(password) })))
      return;
    const first = earlier ?? (await stagedHash(pool, change.change_id));
    if (await hasher.verify(first, password)) return;
    throw new Problem(422, 'idempotency-key-reused', 'This key came before with another body');
  });
}

/**
 * What has to follow the fact that a password changed; doing it again changes nothing.
 * @returns what was written besides
 */
export async function followPasswordChange(
  identity: Identity,
  asking: Asking,
  event: StoredEvent,
): Promise<PositionToken[]> {
  if (event.type !== 'PasswordChanged') return [];
  const besides: PositionToken[] = [];
  const { store, pool } = identity;
  const data = event.data as Extract<CredentialEvent, { type: 'PasswordChanged' }>['data'];
  const { user_id, email_hash, end_sessions, kept_session_id } = data;
  const appliedAt = await applyChange(pool, { ...data, revision: event.revision });
  const { state: user } = await store.load(users, user_id);
  if (!mayAct(user)) return [];
  await clearFailuresOf(pool, user, event.metadata.occurred_at);
  if (email_hash === user.email_hash) {
    const { context, now } = asking;
    const accountId = event.metadata.account_id;
    const command = { id: derivedId(event.id, 'verify'), context, now, accountId };
    const decide = (state: User) => (mayAct(state) && state.email_hash === email_hash ? verifyEmail(state, state) : []);
    const { position } = await store.execute(users, user_id, { ...command, decide });
    if (position) besides.push({ category: users.category, position });
  }
  if (!end_sessions) return besides;
  const ending = { ...asking, commandId: derivedId(event.id, 'sessions') };
  // Whoever signed in with the password before did so by then.
  const startedBy = (appliedAt ?? event.recordedAt).toISOString();
  const ended = await endEverySession(identity, ending, user_id, 'password-changed', kept_session_id, startedBy);
  if (ended.position) besides.push({ category: sessions.category, position: ended.position });
  return besides;
}
