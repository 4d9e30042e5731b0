import { randomUUID } from 'node:crypto';
import { headers, type Route } from '@annals/contracts';
import { patientCall, type RawAnswer, type RawCall } from '../raw-call.js';
import type { Verdict } from './expectations.js';
import { foreignIds } from './foreign-ids.js';
import type { Asker, World } from './world.js';

/**
 * Asks without effect: whoever is let in is stopped by a malformed idempotency key, which a service looks at after access
 * and before it does anything. Reads need no such care.
 */
export function askDry(api: string, route: Route, asker: Asker, ids: Readonly<Record<string, string>>) {
  const { method, path } = route.definition;
  const malformed = [headers.idempotencyKey, 'no key'] as const;
  const body = route.definition.body ? { body: '{}' } : {};
  const call: RawCall = method === 'GET' ? {} : { method, headers: [malformed], ...body };
  return send(api, filled(path, ids), asker, call);
}

/** Asks in earnest, with ids of somebody else's things and a body that would be taken. */
export function askInEarnest(api: string, route: Route, asker: Asker, world: World): Promise<RawAnswer> {
  const { method, path } = route.definition;
  const { params, body, query = '' } = foreignIds[route.id]!;
  const ids = Object.fromEntries(Object.entries(params).map(([name, thing]) => [name, world.ids[thing]]));
  const call: RawCall = method === 'GET' ? {} : { method, ...(body && { body: JSON.stringify(body) }) };
  // Their own account, but for a path that names one itself.
  return send(
    api,
    filled(path, ids) + query,
    path.startsWith('/accounts/') ? { ...asker, account: null } : asker,
    call,
  );
}

/**
 * Ids for a path: the account asked about, and for people either the one who asks or somebody else. What nobody has is
 * enough for the rest: access is decided before anything is looked for.
 */
export function idsFor(route: Route, world: World, about: { userId: string }): Record<string, string> {
  const named = foreignIds[route.id]?.params ?? {};
  return Object.fromEntries(
    Object.entries(named).map(([name, thing]) => {
      if (thing === 'account') return [name, world.ids.account];
      if (thing === 'user') return [name, about.userId];
      // These have a form of their own.
      if (thing === 'provider' || thing === 'parked') return [name, world.ids[thing]];
      return [name, randomUUID()];
    }),
  );
}

function send(api: string, path: string, { bearer, account }: Asker, call: RawCall): Promise<RawAnswer> {
  const who: [string, string][] = bearer === null ? [] : [['authorization', `Bearer ${bearer}`]];
  if (account !== null) who.push([headers.accountId, account]);
  if (call.body !== undefined) who.push(['content-type', 'application/json']);
  return patientCall(api + path, { ...call, headers: [...who, ...(call.headers ?? [])] });
}

const filled = (path: string, ids: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? randomUUID());

/** What an answer says about access. */
export function verdictOf({ status }: RawAnswer): Verdict | 'failed' {
  if (status === 401 || status === 403 || status === 404) return status;
  return status < 500 ? 'let-in' : 'failed';
}
