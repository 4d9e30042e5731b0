import { getPreferencesRoute, headers, Preferences } from '@annals/contracts';
import { basePath } from '@annals/service';
import type { IncomingHttpHeaders } from 'node:http';
import { MAX_IN_FLIGHT } from '../forward/forward.js';
import type { Upstream } from '../forward/upstreams.js';

/**
 * The preferences in force for the caller whose request inside has these headers; null when they cannot be told right now,
 * or not as new as `x-min-position` asks for.
 */
export type AskPreferences = (inside: IncomingHttpHeaders) => Promise<Preferences | null>;

/** A little more than a read waits for its position. */
const TIMEOUT_MS = 1_500;

/** Who asks and for which request; what the client says about the context itself is not about the preferences. */
const passing = [
  ...[headers.context, headers.requestId, headers.correlationId, headers.causationId, headers.transactionId],
  ...[headers.clientAddress, headers.clientAgent, headers.traceparent, headers.minPosition],
];

/** Asks the profile service over HTTP, in the name of the caller. */
export function askPreferencesOverHttp(profile: Upstream, onTrouble: (error: unknown) => void): AskPreferences {
  const path = basePath + getPreferencesRoute.definition.path;
  return async (inside) => {
    if (profile.inFlight >= MAX_IN_FLIGHT) return null;
    profile.inFlight += 1;
    try {
      const answer = await profile.calls.request({
        path,
        method: 'GET',
        headers: Object.fromEntries(passing.map((name) => [name, inside[name]])),
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      const body: unknown = await answer.body.json();
      if (answer.statusCode !== 200) throw new Error(`profile answered ${answer.statusCode} to ${path}`);
      return Preferences.parse(body);
    } catch (error) {
      onTrouble(error);
      return null;
    } finally {
      profile.inFlight -= 1;
    }
  };
}
