import { headers } from '@annals/contracts';
import { selectAccount } from '../context/account-selection.js';
import { bearerToken } from '../context/bearer-token.js';
import type { ContextResolver } from '../context/resolve-context.js';
import type { Destination } from '../forward/destination.js';
import { countRequest } from '../limit/count-request.js';
import type { RateLimit } from '../limit/rate-limit.js';
import type { Exchange } from './exchange.js';
import { serverTiming, wantsTiming, type TimingPolicy } from './server-timing.js';

export interface CallerOptions {
  contexts: ContextResolver;
  userLimit: RateLimit | null;
  timing: TimingPolicy;
}

/**
 * The signed identity part of a caller who has to be somebody; counts the request against that person's limit.
 * @throws Problem as `bearerToken`, `selectAccount`, `ContextResolver.resolve` and `countRequest` do
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
  const selection = selectAccount(
    inPath,
    received[headers.accountId] as string | undefined,
    destination.access.kind === 'self' || destination.knowsCaller,
  );
  const begun = performance.now();
  const cached = contexts.find(token, selection);
  const resolution = cached ? null : await contexts.resolve(token, selection, exchange.ids);
  const context = cached ?? resolution!.context;
  if (wantsTiming(timing, received['x-server-timing'])) {
    exchange.own.push('server-timing', serverTiming(performance.now() - begun, resolution?.timing ?? null));
  }
  const { user_id, account_id } = context.identity;
  exchange.accountId = account_id;
  exchange.userId = user_id;
  exchange.entry.scope.account_id = account_id ?? undefined;
  countRequest(options.userLimit, user_id ?? 'unknown', { own: exchange.own, show: true });
  return contexts.signed(context);
}
