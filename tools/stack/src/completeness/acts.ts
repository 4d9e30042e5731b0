import { randomUUID } from 'node:crypto';
import { headers } from '@annals/contracts';
import { patientCall, type RawAnswer } from '../raw-call.js';
import { demoPassword } from '../sign-ins.js';

/** Somebody who is signed in, and the account they work in. */
export interface Caller {
  email: string;
  bearer: string;
  userId: string;
  account: string;
}

/** What has to stand in a log of one request: one entry, in one log, of one outcome. Null: nothing, nowhere. */
export type Promised = {
  log: string;
  outcome: 'success' | 'denied' | 'rejected' | 'unchanged';
  actor: string | null;
} | null;

export interface Act {
  name: string;
  /** Sends the request under this id. */
  send(api: string, requestId: string): Promise<RawAnswer>;
  status: number;
  promised: Promised;
}

export const houseLog = '00000000-0000-0000-0000-000000000000';

interface Request {
  method: string;
  path: string;
  body?: object;
  given?: Record<string, string>;
}

const send =
  ({ method, path, body, given = {} }: Request, caller?: Caller) =>
  (api: string, requestId: string): Promise<RawAnswer> =>
    patientCall(api + path, {
      method,
      headers: [
        [headers.requestId, requestId],
        ...(caller ? [['authorization', `Bearer ${caller.bearer}`] as const] : []),
        ...(caller ? [[headers.accountId, caller.account] as const] : []),
        ...(body ? [['content-type', 'application/json'] as const] : []),
        ...Object.entries(given),
      ],
      ...(body && { body: JSON.stringify(body) }),
    });

const theme = (mode: string, given: Record<string, string> = {}): Request => ({
  ...{ method: 'PATCH', path: '/users/preferences/theme', body: { mode }, given },
});

/** Everything one caller does: each kind of command with each thing that can come of it, in an order that makes sense. */
export function actsOf(caller: Caller, mayDefineRoles: boolean): Act[] {
  const { account: log, userId: actor } = caller;
  const act = (
    name: string,
    request: Request,
    status: number,
    outcome: NonNullable<Promised>['outcome'] | null,
  ): Act => ({
    name: `${name} by ${caller.email}`,
    send: send(request, caller),
    status,
    promised: outcome && { log, outcome, actor },
  });
  const key = { 'idempotency-key': randomUUID() };
  const role = { method: 'POST', path: '/roles', body: { name: `Role ${randomUUID()}`, permissions: [] } };
  return [
    act('a theme is chosen', theme('dark'), 200, 'success'),
    act('the same theme is chosen', theme('dark'), 200, 'unchanged'),
    act('a theme is chosen with a key', theme('light', key), 200, 'success'),
    act('the same request comes again', theme('light', key), 200, null),
    act('another request comes with its key', theme('system', key), 422, 'rejected'),
    act('a theme that there is not', theme('plaid'), 400, 'rejected'),
    act('a change of what has changed since', theme('system', { 'if-match': '"4711"' }), 412, 'rejected'),
    act(
      'a session of nobody’s is ended',
      { method: 'DELETE', path: `/users/sessions/${randomUUID()}` },
      404,
      'rejected',
    ),
    act('a role is defined', role, mayDefineRoles ? 201 : 403, mayDefineRoles ? 'success' : 'denied'),
    act('what may be done is asked', { method: 'POST', path: '/permissions/check', body: checks }, 200, null),
    act('the own preferences are read', { method: 'GET', path: '/users/preferences' }, 200, null),
    act(
      'people are listed',
      { method: 'GET', path: '/users' },
      mayDefineRoles ? 200 : 403,
      mayDefineRoles ? 'success' : 'denied',
    ),
  ];
}
const checks = { checks: [{ permission: 'VIEW_CONTENT' }] };

/** Sign-ins into an account that are right, wrong, and of somebody unknown. */
export function signInsOf({ email, account, userId }: Caller): Act[] {
  const attempt = (name: string, body: object, status: number, promised: Promised): Act => ({
    ...{ name: `${name} as ${email}`, status, promised },
    send: send({ method: 'POST', path: '/auth/login', body: { account, ...body } }),
  });
  const stranger = { email: `${randomUUID()}@nowhere.test`, password: demoPassword };
  return [
    attempt('a right sign-in', { email, password: demoPassword }, 200, {
      log: account,
      outcome: 'success',
      actor: userId,
    }),
    attempt('a wrong sign-in', { email, password: 'not it' }, 401, { log: account, outcome: 'denied', actor: null }),
    attempt('a sign-in of nobody', stranger, 401, { log: houseLog, outcome: 'denied', actor: null }),
  ];
}

/** Several stories told at once: each keeps its own order, and who comes next is as the numbers say. */
export function interleaved<T>(stories: readonly (readonly T[])[], next: (below: number) => number): T[] {
  const left = stories.map((story) => [...story]).filter((story) => story.length > 0);
  const told: T[] = [];
  while (left.length > 0) {
    const at = next(left.length);
    told.push(left[at]!.shift()!);
    if (left[at]!.length === 0) left.splice(at, 1);
  }
  return told;
}
