import { Problem, rotateApiKeyRoute, type ApiKeyEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { apiKeyNotFound, apiKeys, apiKeyStream, hasExpired, type ApiKey, type KnownApiKey } from './api-key.js';
import { enforceKeyChange } from './keep-credentials.js';
import { keyText } from './key-text.js';
import { lastUseOf } from './last-use.js';
import { requireOwnScopes } from './own-scopes.js';
import { shownApiKey } from './show-api-key.js';

export interface RotateApiKey {
  credential_id: string;
  overlap_hours: number;
  now: string;
}

/**
 * Gives the key a new text. The one before stays good for the overlap, any earlier one ends at once.
 * @throws Problem 404 `api-key-not-found`, 409 `api-key-over` when it was revoked or has expired
 */
export function rotateApiKey(key: ApiKey, { credential_id, overlap_hours, now }: RotateApiKey): ApiKeyEvent[] {
  if (key.kind === 'unknown') throw apiKeyNotFound();
  if (key.credentials.some((one) => one.credential_id === credential_id)) return [];
  if (key.kind === 'revoked' || hasExpired(key, now)) {
    throw new Problem(409, 'api-key-over', 'This key was revoked or has expired; make a new one');
  }
  const { account_id, key_id } = key;
  const previous_valid_until = new Date(Date.parse(now) + overlap_hours * 3_600_000).toISOString();
  return [{ type: 'ApiKeyRotated', data: { account_id, key_id, credential_id, previous_valid_until } }];
}

export const rotateApiKeyOfAccount = (identity: Identity) =>
  mount(rotateApiKeyRoute, async ({ params, body, commandId, commandHash, context, now }) => {
    const named = { account_id: accountOf(context), key_id: params.id };
    const credential_id = derivedId(commandId, 'credential');
    const outcome = await identity.store.execute(apiKeys, apiKeyStream(named), {
      ...{ id: commandId, context, now },
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      decide: (key) => {
        // Whoever gets the text of a key can do what it can.
        if (key.kind !== 'unknown') requireOwnScopes(context, key.scopes);
        return rotateApiKey(key, { ...body, credential_id, now });
      },
    });
    await enforceKeyChange(identity, outcome.events[0]?.id ?? commandId, named, now);
    const lastUse = await lastUseOf(identity.pool, named);
    return written(outcome, (state) => ({
      ...shownApiKey(state as KnownApiKey, lastUse, now),
      key: keyText(identity.secrets, named, credential_id),
    }));
  });
