import { loginRoute, Problem } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import { enterOnRecord } from '../attempt/enter-on-record.js';
import { credentials, hasSecondFactor } from '../credential/credential.js';
import { provePassword } from '../credential/prove-password.js';
import { askSecondFactor } from '../factor/ask-second-factor.js';
import type { Identity } from '../identity.js';
import { noSoonerThan } from '../user/same-time.js';
import { signIn } from './sign-in.js';

/** Every refusal takes this long, whatever the reason. */
const refusalAfterMs = 250;

const refused = () => new Problem(401, 'sign-in-refused', 'Address or password is wrong');

export const login = (identity: Identity) =>
  mount(loginRoute, async ({ body, ...asking }) => {
    const refusalTime = noSoonerThan(refusalAfterMs);
    const proven = await provePassword(identity, asking, body);
    if (!proven) {
      await refusalTime;
      throw refused();
    }
    const { user, knownDevice, password_revision } = proven;
    const device_id = knownDevice ?? derivedId(asking.commandId, 'device');
    const device = { device_id, device_name: body.device_name ?? null };
    const { state: credential } = await identity.store.load(credentials, user.user_id);
    const by = { issuer: null, auth_methods: ['pwd'], authenticated_at: asking.now };
    if (hasSecondFactor(credential)) {
      // An account that will not let them in is said before they look for their second factor.
      const after = { ...by, auth_methods: ['pwd', 'mfa'] };
      await enterOnRecord(identity, asking, { step: 'password', user, ...after, wanted: body.account });
      const sign_in = { ...device, account: body.account ?? null, password_revision };
      return askSecondFactor(identity, asking, credential, { user_id: user.user_id, sign_in });
    }
    const account = await enterOnRecord(identity, asking, { step: 'password', user, ...by, wanted: body.account });
    return signIn(identity, asking, user, { account, device, auth_methods: by.auth_methods });
  });
