import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { enforceKeyChange } from '../apikey/keep-credentials.js';
import type { Identity } from '../identity.js';

/** Does again what follows a fact about an API key, for the case that the command fell before it got that far. */
export function enforceApiKeys(identity: Identity): Reactor {
  const enforce = ({ id, data, metadata }: StoredEvent) =>
    enforceKeyChange(
      identity,
      id,
      { account_id: String(data.account_id), key_id: String(data.key_id) },
      metadata.occurred_at,
    );
  return {
    name: 'enforce-api-keys',
    categories: ['apikey'],
    on: { ApiKeyCreated: enforce, ApiKeyRotated: enforce, ApiKeyRevoked: enforce },
  };
}
