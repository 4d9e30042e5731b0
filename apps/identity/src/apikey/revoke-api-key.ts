import { revokeApiKeyRoute, type ApiKeyEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { apiKeyNotFound, apiKeys, apiKeyStream, type ApiKey } from './api-key.js';
import { enforceKeyChange } from './keep-credentials.js';

/** @throws Problem 404 `api-key-not-found` */
export function revokeApiKey(key: ApiKey): ApiKeyEvent[] {
  if (key.kind === 'unknown') throw apiKeyNotFound();
  if (key.kind === 'revoked') return [];
  return [{ type: 'ApiKeyRevoked', data: { account_id: key.account_id, key_id: key.key_id } }];
}

export const revokeApiKeyOfAccount = (identity: Identity) =>
  mount(revokeApiKeyRoute, async ({ params, commandId, context, now }) => {
    const named = { account_id: accountOf(context), key_id: params.id };
    const outcome = await identity.store.execute(apiKeys, apiKeyStream(named), {
      ...{ id: commandId, context, now },
      decide: revokeApiKey,
    });
    await enforceKeyChange(identity, outcome.events[0]?.id ?? commandId, named, now);
    return written(outcome, () => undefined, 204);
  });
