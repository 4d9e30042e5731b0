import { Conduct, type CurrentUserContext, PersonalDataRead, Problem } from '@annals/contracts';
import { mountInside } from '@annals/service';
import { z } from 'zod';
import type { Identity } from '../identity.js';
import { recordConduct } from './record-conduct.js';

const Reading = Conduct.extend({
  fact: z.strictObject({ type: z.literal(PersonalDataRead.type), data: PersonalDataRead.data.strict() }),
});

/**
 * That somebody is about to be handed a document with an account's data. Gateways tell this of routes by their contract;
 * whether an export is about others says the export alone, so its service tells it, of whoever it works for.
 */
export const readingsOfExports = (identity: Identity) =>
  mountInside(
    { method: 'POST', path: '/internal/readings', principals: ['svc:export'], body: Reading },
    async ({ context, body }) => {
      const { account_id, user_id } = context as CurrentUserContext;
      const { data } = body.fact;
      if (user_id === null || data.account_id !== account_id || data.user_id !== user_id) {
        throw new Problem(403, 'reading-mismatch', 'The reading is of somebody else than its context says');
      }
      await recordConduct(identity, [body]);
      return { status: 204 };
    },
  );
