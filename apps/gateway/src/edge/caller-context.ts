import { requireAccess } from '@annals/auth';
import { headers } from '@annals/contracts';
import { selectAccount, type AccountSelection } from '../context/account-selection.js';
import { bearerToken } from '../context/bearer-token.js';
import type { ContextResolver } from '../context/resolve-context.js';
import type { Destination } from '../forward/destination.js';
import { countRequest } from '../limit/count-request.js';
import type { RateLimit } from '../limit/rate-limit.js';
import type { UseCounter } from '../permission-use/count-uses.js';
import { usedRights } from '../permission-use/used-rights.js';
import type { Exchange } from './exchange.js';
import { serverTiming, wantsTiming, type TimingPolicy } from './server-timing.js';

export interface CallerOptions {
  contexts: ContextResolver;
  userLimit: RateLimit | null;
  timing: TimingPolicy;
  uses: Pick<UseCounter, 'note'>;
}

/**
 * The signed identity part of a caller who has to be somebody, and may do what the route's contract says; counts the
 * request against that caller's limit.
 * @throws Problem as `bearerToken`, `selectAccount`, `ContextResolver.resolve`, `countRequest` and `requireAccess` do
 */
export async function callerContext(
  options: CallerOptions,
  exchange: Exchange,
  destination: Destination,
  params: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { contexts, timing } = options;
  const received = exchange.request.headers;
  const token = bearerToken(received.authorization);
  const inPath = destination.accountParameter === null ? null : String(params[destination.accountParameter]);
  const optional = ['self', 'super_admin'].includes(destination.access.kind) || destination.knowsCaller;
  let selection: AccountSelection;
  try {
    selection = selectAccount(inPath, received[headers.accountId] as string | undefined, optional);
  } catch (contradiction) {
    await knowCaller(options, exchange, token);
    throw contradiction;
  }
  const begun = performance.now();
  const cached = contexts.find(token, selection);
  const resolution = cached ? null : await contexts.resolve(token, selection, exchange.ids);
  const context = cached ?? resolution!.context;
  if (wantsTiming(timing, received['x-server-timing'])) {
    exchange.own.push('server-timing', serverTiming(performance.now() - begun, resolution?.timing ?? null));
  }
  const { user_id, account_id, principal } = context.identity;
  exchange.accountId = account_id;
  exchange.userId = user_id;
  exchange.caller = context.identity;
  exchange.callerNow = async () =>
    (contexts.find(token, selection) ?? (await contexts.resolve(token, selection, exchange.ids)).context).identity;
  exchange.entry.scope.account_id = account_id ?? undefined;
  countRequest(options.userLimit, user_id ?? principal ?? 'unknown', { own: exchange.own, show: true });
  guard(options, exchange, destination, params);
  return contexts.signed(context);
}

/** Services check again: this saves them the calls that cannot succeed, and is a second lock on the same door. */
function guard(
  { uses }: CallerOptions,
  exchange: Exchange,
  { access }: Destination,
  params: Readonly<Record<string, unknown>>,
): void {
  const identity = exchange.caller!;
  // Only conditions look at the request.
  const conditional = identity.conditional_permissions.length > 0;
  requireAccess(access, conditional ? { ...identity, ...requestPart(exchange) } : identity, params);
  const { account_id, user_id } = identity;
  if (account_id === null || user_id === null) return;
  uses.note({ accountId: account_id, userId: user_id }, usedRights(access, identity, params));
}

const requestPart = ({ ids, startedAt }: Exchange) => ({
  ip_address: ids.ip_address,
  timestamp: new Date(startedAt).toISOString(),
});

/** When a request contradicts itself about the account, it is still worth knowing who sent it. */
async function knowCaller({ contexts }: CallerOptions, exchange: Exchange, token: string): Promise<void> {
  const anywhere = { accountId: null, slug: null, optional: true };
  const context = contexts.find(token, anywhere) ?? (await contexts.resolve(token, anywhere, exchange.ids)).context;
  exchange.caller = { ...context.identity, account_id: null };
}
