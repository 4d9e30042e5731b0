import { getApiKeyRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { apiKeyNotFound, apiKeys, apiKeyStream } from './api-key.js';
import { lastUseOf } from './last-use.js';
import { shownApiKey } from './show-api-key.js';

/** One key of the account, read from its events. */
export const getApiKey = ({ store, pool }: Identity) =>
  mount(getApiKeyRoute, async ({ params, context, now }) => {
    const named = { account_id: accountOf(context), key_id: params.id };
    const { state, revision } = await store.load(apiKeys, apiKeyStream(named));
    if (state.kind === 'unknown') throw apiKeyNotFound();
    return { status: 200, revision, body: shownApiKey(state, await lastUseOf(pool, named), now) };
  });
