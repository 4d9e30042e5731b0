import { timingSafeEqual } from 'node:crypto';
import { apiKeyPrincipal, readApiKey, serviceIdentity, type ApiKeyText } from '@annals/auth';
import { Problem, type ContextRequest, type IdentityContext } from '@annals/contracts';
import { withTenant } from '@annals/postgres';
import { accounts } from '../account/account.js';
import { namedAccount } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import { apiKeys, apiKeyStream, hasExpired, type KnownApiKey } from './api-key.js';
import { secretHash } from './key-text.js';
import { noteUse } from './last-use.js';

const challenge = { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
/** The same for a key that never was, a wrong secret, a revoked key and a text that was replaced. */
const invalid = () => new Problem(401, 'api-key-invalid', 'This API key does not count', challenge);

/**
 * The context of an API key: a service account in the key's account, with the key's scopes for permissions, whatever has
 * become of the rights of the person who made it.
 * @throws Problem 401 `api-key-invalid`, `api-key-expired`; 403 `account-mismatch`, `no-account-access`, `account-closed`
 */
export async function deriveKeyContext(
  identity: Identity,
  text: string,
  selector: ContextRequest['selector'],
  now: string,
): Promise<IdentityContext> {
  const named = readApiKey(text);
  if (!named) throw invalid();
  const { key, until } = await provenKey(identity, named, now);
  const { state: account } = await identity.store.load(accounts, key.account_id);
  if (account.kind !== 'open') throw new Problem(403, 'account-closed', 'The account of this key is closed');
  // A key works in its own account alone.
  await namedAccount(identity, { ...selector, token_account_id: key.account_id });
  return {
    ...serviceIdentity(apiKeyPrincipal(key.key_id), { accountId: key.account_id, permissions: key.scopes }),
    account_slug: account.slug,
    auth_methods: ['api_key'],
    valid_until: until,
  };
}

/** The key that a text proves, and until when the text counts. Notes the use. */
async function provenKey(
  { store, pool }: Identity,
  { secret, ...named }: ApiKeyText,
  now: string,
): Promise<{ key: KnownApiKey; until: string }> {
  const { state: key } = await store.load(apiKeys, apiKeyStream(named));
  if (key.kind !== 'active') throw invalid();
  const good = key.credentials.filter(
    ({ valid_until }) => valid_until === null || Date.parse(now) < Date.parse(valid_until),
  );
  const proven = await withTenant(pool, { accountId: key.account_id }, async (tx) => {
    const { rows } = await tx.query<{ credential_id: string; secret_hash: Buffer }>(
      `select credential_id, secret_hash from api_key_credentials
       where account_id = $1 and key_id = $2 and credential_id = any($3::uuid[])`,
      [key.account_id, key.key_id, good.map((one) => one.credential_id)],
    );
    const hash = secretHash(secret);
    const found = rows.find((row) => timingSafeEqual(row.secret_hash, hash));
    if (found && !hasExpired(key, now)) await noteUse(tx, key, now);
    return found;
  });
  if (!proven) throw invalid();
  if (hasExpired(key, now)) throw new Problem(401, 'api-key-expired', 'This API key has expired', challenge);
  const valid = good.find((one) => one.credential_id === proven.credential_id)?.valid_until ?? key.expires_at;
  return { key, until: valid < key.expires_at ? valid : key.expires_at };
}
