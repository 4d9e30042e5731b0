import { listPasskeysRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { credentials } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { passkeysOf, type StoredPasskey } from './passkeys.js';

export const listPasskeys = ({ store, pool }: Identity) =>
  mount(listPasskeysRoute, async ({ context }) => {
    const user_id = ownUser(context);
    const { state, revision } = await store.load(credentials, user_id);
    const passkeys = await passkeysOf(pool, user_id, state.passkeys);
    return { status: 200, revision, body: { data: passkeys.map(shown) } };
  });

const shown = ({ passkey_id, name, synced, created_at, last_used_at }: StoredPasskey) => ({
  ...{ id: passkey_id, name, synced },
  created_at: created_at.toISOString(),
  last_used_at: last_used_at?.toISOString() ?? null,
});
