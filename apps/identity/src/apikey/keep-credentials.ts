import { withTenant, type Tx } from '@annals/postgres';
import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';
import { apiKeys, apiKeyStream, type KnownApiKey } from './api-key.js';
import { credentialHash } from './key-text.js';

/** One writer at a time in an account: whoever comes later has read what the one before wrote. */
export async function lockApiKeys(tx: Tx, accountId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('identity.api_keys'), hashtext($1))", [accountId]);
}

/** Makes the stored hashes of a key those that its facts say; doing it again changes nothing. */
export async function writeCredentials(tx: Tx, { secrets }: Identity, key: KnownApiKey): Promise<void> {
  const { account_id, key_id, credentials } = key;
  const ids = credentials.map((one) => one.credential_id);
  await tx.query(
    'delete from api_key_credentials where account_id = $1 and key_id = $2 and credential_id <> all($3::uuid[])',
    [account_id, key_id, ids],
  );
  for (const { credential_id, valid_until } of credentials) {
    await tx.query(
      `insert into api_key_credentials (account_id, key_id, credential_id, secret_hash, expires_at)
       values ($1, $2, $3, $4, $5)
       on conflict (account_id, key_id, credential_id) do update set expires_at = excluded.expires_at`,
      [account_id, key_id, credential_id, credentialHash(secrets, key, credential_id), valid_until ?? key.expires_at],
    );
  }
}

/**
 * What has to follow a fact about a key, effective everywhere before it resolves: the hashes of its good texts, and the
 * marker that gateways compare on each request. Doing it again changes nothing.
 * @param sourceId id of the event
 */
export async function enforceKeyChange(
  identity: Identity,
  sourceId: string,
  key: { account_id: string; key_id: string },
  at: string,
): Promise<void> {
  const { store, pool } = identity;
  await withTenant(pool, { accountId: key.account_id }, async (tx) => {
    await lockApiKeys(tx, key.account_id);
    const { state } = await store.load(apiKeys, apiKeyStream(key));
    if (state.kind !== 'unknown') await writeCredentials(tx, identity, state);
  });
  await revoke(pool, sourceId, { kind: 'api_key', key: key.key_id }, at);
}
