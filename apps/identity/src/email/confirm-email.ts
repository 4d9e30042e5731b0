import { confirmEmailRoute, Problem } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { users } from '../user/user.js';
import { completeEmailChange } from './complete-email-change.js';
import { findToken } from './mailed-token.js';

const invalid = () =>
  new Problem(400, 'invalid-email-change-token', 'The link is wrong, too old or another came after it');

/** Takes a new address into use; a second use of the link changes nothing. */
export const confirmEmail = (identity: Identity) =>
  mount(confirmEmailRoute, async ({ body, ...asking }) => {
    const request = await findToken(identity.pool, 'email-change', body.token, asking.now);
    if (!request) throw invalid();
    const outcome = await completeEmailChange(identity, asking, { ...request, request_id: request.request_id! });
    if (outcome.kind === 'gone') throw invalid();
    if (outcome.kind === 'taken') throw new Problem(409, 'address-taken', 'Somebody else has this address by now');
    const { position } = outcome;
    return {
      status: 200,
      tokens: position ? [{ category: users.category, position }] : [],
      body: { status: 'changed' },
    };
  });
