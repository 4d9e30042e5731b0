import { createApiKeyRoute, Problem, type ApiKeyEvent, type Permission } from '@annals/contracts';
import { derivedId, type Outcome } from '@annals/event-store';
import { withTenant, type Tx } from '@annals/postgres';
import { mount, written } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { accountOf, ownUser } from '../session/own-session.js';
import { apiKeys, apiKeyStream, type ApiKey } from './api-key.js';
import { lockApiKeys, writeCredentials } from './keep-credentials.js';
import { keyText } from './key-text.js';
import { requireOwnScopes } from './own-scopes.js';
import { shownApiKey } from './show-api-key.js';

/** Keys of one account that are neither revoked nor expired. */
export const mostApiKeys = 50;

const dayMs = 86_400_000;
const usualLifeMs = 90 * dayMs;
const longestLifeMs = 366 * dayMs;

export interface CreateApiKey {
  account_id: string;
  key_id: string;
  credential_id: string;
  name: string;
  scopes: readonly Permission[];
  expires_at: string | undefined;
  created_by_id: string;
  now: string;
}

/** @throws Problem 400 `api-key-expiry` for an end in the past or more than a year away */
export function createApiKey(key: ApiKey, { now, ...command }: CreateApiKey): ApiKeyEvent[] {
  if (key.kind !== 'unknown') return [];
  const made = Date.parse(now);
  const end = command.expires_at === undefined ? made + usualLifeMs : Date.parse(command.expires_at);
  if (end <= made || end > made + longestLifeMs) {
    throw new Problem(400, 'api-key-expiry', 'A key ends in the future, and within a year');
  }
  const scopes = [...new Set(command.scopes)].sort();
  const expires_at = new Date(end).toISOString();
  return [{ type: 'ApiKeyCreated', data: { ...command, scopes, expires_at, created_at: now } }];
}

export const createApiKeyOfAccount = (identity: Identity) =>
  mount(createApiKeyRoute, async ({ body, ...asking }) => {
    const { context, commandId, now } = asking;
    requireOwnScopes(context, body.scopes);
    const outcome = await makeKey(identity, asking, {
      account_id: accountOf(context),
      key_id: derivedId(commandId, 'api-key'),
      credential_id: derivedId(commandId, 'credential'),
      ...{ name: body.name, scopes: body.scopes, expires_at: body.expires_at },
      ...{ created_by_id: ownUser(context), now },
    });
    const key = (state: ApiKey) => {
      if (state.kind === 'unknown') throw new Error('a key that was just made is unknown');
      const text = keyText(identity.secrets, state, derivedId(commandId, 'credential'));
      return { ...shownApiKey(state, null, now), key: text };
    };
    return written(outcome, key, 201);
  });

/**
 * Makes the key while nobody else makes one in the account, so that two cannot both be the last that is allowed.
 * A crash between the fact and the hash is made good by a reactor on the fact.
 */
function makeKey(identity: Identity, asking: Asking, command: CreateApiKey): Promise<Outcome<ApiKey>> {
  const { store, pool } = identity;
  const { commandId: id, commandHash: hash, context, now } = asking;
  return withTenant(pool, { accountId: command.account_id }, async (tx) => {
    await lockApiKeys(tx, command.account_id);
    const { state } = await store.load(apiKeys, apiKeyStream(command));
    if (state.kind === 'unknown') await requireRoom(tx, command);
    const outcome = await store.execute(apiKeys, apiKeyStream(command), {
      ...{ id, context, now },
      ...(hash === undefined ? {} : { hash }),
      accountId: command.account_id,
      decide: (known) => createApiKey(known, command),
    });
    // A repetition may come after the key was rotated or revoked: what is stored then stays.
    if (outcome.kind === 'appended' && outcome.state.kind !== 'unknown') {
      await writeCredentials(tx, identity, outcome.state);
    }
    return outcome;
  });
}

/** @throws Problem 409 `too-many-api-keys` */
async function requireRoom(tx: Tx, { account_id, now }: CreateApiKey): Promise<void> {
  await tx.query(
    "delete from api_key_credentials where account_id = $1 and expires_at < $2::timestamptz - interval '1 day'",
    [account_id, now],
  );
  const { rows } = await tx.query<{ keys: string }>(
    'select count(distinct key_id) as keys from api_key_credentials where account_id = $1 and expires_at > $2',
    [account_id, now],
  );
  if (Number(rows[0]?.keys) < mostApiKeys) return;
  throw new Problem(409, 'too-many-api-keys', `An account has at most ${mostApiKeys} keys; revoke one first`);
}
