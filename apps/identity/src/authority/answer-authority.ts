import { AuthorityAsk, type CurrentUserContext } from '@annals/contracts';
import { mountInside } from '@annals/service';
import type { Identity } from '../identity.js';
import { lookUpRights } from './look-up-rights.js';

/** For what a person asked for and is done later: what they may do now, asked when it is done. */
export const authorities = (identity: Identity) =>
  mountInside(
    { method: 'POST', path: '/internal/authority', principals: ['svc:export'], body: AuthorityAsk },
    async ({ context, body, now }) => ({
      status: 200,
      // Only a principal passes, so somebody is known.
      body: { permissions: await lookUpRights(identity, context as CurrentUserContext, body.permissions, now) },
    }),
  );
