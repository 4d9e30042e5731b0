import { hasExpired, type KnownApiKey } from './api-key.js';

export const apiKeyStatus = (key: { kind: string; expires_at: string }, now: string) =>
  key.kind === 'revoked' ? 'revoked' : hasExpired(key, now) ? 'expired' : 'active';

/** A key as its administrators see it. */
export function shownApiKey(key: KnownApiKey, lastUsedAt: Date | null, now: string) {
  const { key_id, name, scopes, created_at, created_by_id, expires_at } = key;
  return {
    ...{ id: key_id, name, scopes, status: apiKeyStatus(key, now), created_at, created_by_id, expires_at },
    last_used_at: lastUsedAt?.toISOString() ?? null,
  };
}
