import { Problem, type ApiKeyEvent, type Permission } from '@annals/contracts';
import { accountStream, type Aggregate } from '@annals/event-store';

/** One text of a key. Null: good as long as the key. */
export interface KeyCredential {
  credential_id: string;
  valid_until: string | null;
}

interface Known {
  account_id: string;
  key_id: string;
  name: string;
  scopes: readonly Permission[];
  expires_at: string;
  created_by_id: string;
  created_at: string;
  /** The present text first, and the one before it. */
  credentials: readonly KeyCredential[];
}

/** A service account's key. Its texts are known to its holder alone; their hashes stand in PostgreSQL. */
export type ApiKey = { kind: 'unknown' } | ({ kind: 'active' } & Known) | ({ kind: 'revoked' } & Known);
export type KnownApiKey = Extract<ApiKey, Known>;

export function evolveApiKey(key: ApiKey, event: ApiKeyEvent): ApiKey {
  switch (event.type) {
    case 'ApiKeyCreated': {
      const { credential_id, ...made } = event.data;
      return { kind: 'active', ...made, credentials: [{ credential_id, valid_until: null }] };
    }
    case 'ApiKeyRotated': {
      if (key.kind === 'unknown') return key;
      const { credential_id, previous_valid_until } = event.data;
      const before = key.credentials.slice(0, 1).map((one) => ({ ...one, valid_until: previous_valid_until }));
      return { ...key, credentials: [{ credential_id, valid_until: null }, ...before] };
    }
    case 'ApiKeyRevoked':
      return key.kind === 'unknown' ? key : { ...key, kind: 'revoked', credentials: [] };
  }
}

export const apiKeys: Aggregate<ApiKey> = {
  category: 'apikey',
  initial: { kind: 'unknown' },
  evolve: evolveApiKey,
};

/** Id of a key's stream: the account first, so another account's key is as unknown as none. */
export const apiKeyStream = (key: { account_id: string; key_id: string }): string =>
  accountStream(key.account_id, key.key_id);

export const apiKeyNotFound = () => new Problem(404, 'api-key-not-found', 'There is no such key in this account');

export const hasExpired = (key: Pick<Known, 'expires_at'>, now: string): boolean =>
  Date.parse(key.expires_at) <= Date.parse(now);
