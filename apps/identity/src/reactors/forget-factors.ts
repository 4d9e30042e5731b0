import type { Reactor } from '@annals/postgres';
import { forgetPasskey } from '../factor/passkeys.js';
import { forgetCodes } from '../factor/recovery-codes.js';
import { forgetSeed } from '../factor/totp-seeds.js';
import type { Identity } from '../identity.js';

/** Deletes the secrets of factors that the log says are gone: from then on they are good for nothing, and need not be. */
export const forgetFactors = ({ pool }: Identity): Reactor => ({
  name: 'forget-factors',
  categories: ['credential'],
  on: {
    TotpDisabled: ({ data, metadata }) => forgetSeed(pool, String(data.factor_id), metadata.occurred_at),
    PasskeyRemoved: ({ data }) => forgetPasskey(pool, String(data.passkey_id)),
    RecoveryCodesRemoved: ({ data }) => forgetCodes(pool, String(data.set_id)),
    async RecoveryCodesGenerated({ data }) {
      if (typeof data.replaced_set_id === 'string') await forgetCodes(pool, data.replaced_set_id);
    },
  },
});
