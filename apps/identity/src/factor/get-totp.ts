import { getTotpRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { credentials } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';

export const getTotp = ({ store }: Identity) =>
  mount(getTotpRoute, async ({ context }) => {
    const { state, revision } = await store.load(credentials, ownUser(context));
    return {
      status: 200,
      revision,
      body: { enabled: state.totp !== null, enabled_at: state.totp?.enabled_at ?? null },
    };
  });
