import { serviceIdentity, gatewayPrincipal, type ContextSigner } from '@annals/auth';
import { headers, IdentityContext, Problem, type ContextRequest } from '@annals/contracts';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { AccountSelection } from './account-selection.js';
import type { TokenCaller } from './token-caller.js';

/**
 * The identity of a caller in the selected account, as identity knows it now.
 * @throws Problem 400, 401 or 403 as identity says; 503 `identity-unavailable` when it cannot be asked
 */
export type AskIdentity = (
  asking: TokenCaller,
  selection: AccountSelection,
  client: ContextRequest['client'],
) => Promise<IdentityContext>;

const TIMEOUT_MS = 3_000;
const Refusal = z.object({ code: z.string(), detail: z.string() });

/** Asks over HTTP, as the gateway itself. */
export function askIdentityOverHttp(identity: Dispatcher, signer: ContextSigner): AskIdentity {
  const self = serviceIdentity(gatewayPrincipal);
  return async ({ caller, tokenAccountId }, selection, { ip_address, user_agent }) => {
    const question: ContextRequest = {
      caller,
      selector: {
        ...(selection.accountId === null ? {} : { account_id: selection.accountId }),
        ...(selection.slug === null ? {} : { slug: selection.slug }),
        ...(tokenAccountId === null ? {} : { token_account_id: tokenAccountId }),
      },
      account_optional: selection.optional,
      client: { ip_address, user_agent },
    };
    const { status, body } = await post(identity, await signer.sign(self), JSON.stringify(question));
    if (status === 200) return parseIdentity(body);
    throw refusalOf(status, body);
  };
}

async function post(identity: Dispatcher, context: string, body: string): Promise<{ status: number; body: unknown }> {
  try {
    const answer = await identity.request({
      path: '/internal/contexts',
      method: 'POST',
      headers: { 'content-type': 'application/json', [headers.context]: context },
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    return { status: answer.statusCode, body: await answer.body.json() };
  } catch (cause) {
    throw unavailable(cause);
  }
}

function parseIdentity(body: unknown): IdentityContext {
  const parsed = IdentityContext.safeParse(body);
  if (!parsed.success) throw unavailable(parsed.error);
  return parsed.data;
}

/** Only what identity says about the session or the account is the caller's; that it refuses us is our own trouble. */
function refusalOf(status: number, body: unknown): Problem {
  const refusal = Refusal.safeParse(body).data;
  const aboutCaller = refusal && [400, 401, 403].includes(status) && !refusal.code.startsWith('context-');
  if (!aboutCaller) return unavailable(new Error(`identity answered ${status} ${refusal?.code ?? ''}`));
  const challenge = { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
  return new Problem(status, refusal.code, refusal.detail, status === 401 ? challenge : {});
}

const unavailable = (cause: unknown) =>
  new Problem(503, 'identity-unavailable', 'Who you are cannot be established right now; try again', {
    headers: { 'retry-after': '1' },
    cause,
  });
