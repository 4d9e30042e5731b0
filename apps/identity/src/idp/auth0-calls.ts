import { setTimeout as pauseFor } from 'node:timers/promises';
import { z } from 'zod';

export interface Auth0Access {
  /** `https://<tenant>.eu.auth0.com`, without a slash at the end. */
  url: string;
  clientId: string;
  clientSecret: string;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Waits that many milliseconds. */
  pause?: (ms: number) => Promise<unknown>;
}

export interface Auth0Answer {
  status: number;
  body: unknown;
}

/** @param what the operation, for errors: a path would hold whose it is about */
export type Auth0Call = (what: string, method: string, path: string, body?: object) => Promise<Auth0Answer>;

const tries = 4;
const timeoutMs = 5_000;
/** A limit that lasts longer is waited for by whoever called, not here. */
const longestWaitMs = 10_000;
/** A token is renewed this long before its end. */
const marginMs = 60_000;

const Token = z.object({ access_token: z.string(), expires_in: z.number() });
const Refusal = z.object({ errorCode: z.string().regex(/^\w{1,80}$/) });

/**
 * Calls of Auth0's Management API v2: with a token by client credentials, kept until shortly before its end; repeated a
 * few times after trouble, and after 429 when the limit is over (`x-ratelimit-reset`, seconds since the epoch).
 */
export function createAuth0Calls(access: Auth0Access): Auth0Call {
  const { url, clientId, clientSecret, now = Date.now, pause = pauseFor } = access;
  let kept: { token: Promise<string>; until: number } | undefined;

  async function fetchToken(): Promise<string> {
    const body = {
      ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
      audience: `${url}/api/v2/`,
    };
    const answer = await repeated('get a token', () => send('POST', '/oauth/token', body));
    if (answer.status !== 200) throw refusal('get a token', answer);
    const { access_token, expires_in } = Token.parse(answer.body);
    if (kept) kept.until = now() + expires_in * 1000 - marginMs;
    return access_token;
  }

  /** Calls at the same time share one request for a token; a failed one is not kept. */
  async function token(): Promise<string> {
    if (!kept || kept.until <= now()) {
      const mine = { token: fetchToken(), until: Infinity };
      kept = mine;
      mine.token.catch(() => kept === mine && (kept = undefined));
    }
    return kept.token;
  }

  async function send(method: string, path: string, body?: object, bearer?: string) {
    const response = await fetch(url + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const reset = Number(response.headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000;
    return { status: response.status, body: jsonOf(text), reset };
  }

  async function repeated(what: string, attempt: () => ReturnType<typeof send>): Promise<Auth0Answer> {
    for (let tried = 1; ; tried++) {
      const answer = await attempt().catch((cause: unknown) => {
        // The cause of a failed fetch names a host and a port, never a header or a body.
        if (tried >= tries) throw new Error(`Auth0 cannot be reached to ${what}`, { cause });
        return null;
      });
      if (answer && answer.status !== 429 && answer.status < 500) return answer;
      const waitMs = waitAfter(answer, tried);
      if (answer && (tried >= tries || waitMs > longestWaitMs)) throw refusal(what, answer);
      await pause(waitMs);
    }
  }

  /** A failure is waited out a little longer each time; a limit until it is over. */
  function waitAfter(answer: { status: number; reset: number } | null, tried: number): number {
    const waitMs = 200 * 2 ** (tried - 1);
    if (answer?.status !== 429 || !Number.isFinite(answer.reset)) return waitMs;
    return Math.max(waitMs, answer.reset - now());
  }

  return async (what, method, path, body) => {
    const bearer = await token();
    const answer = await repeated(what, () => send(method, path, body, bearer));
    if (answer.status !== 401) return answer;
    // Ended early: the secret was changed, or their clock is ahead of ours.
    if ((await kept?.token) === bearer) kept = undefined;
    const fresh = await token();
    return repeated(what, () => send(method, path, body, fresh));
  };
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    // A proxy's page: the status says enough.
    return null;
  }
}

/** Says what failed by Auth0's own code; its message may quote an address. */
export function refusal(what: string, { status, body }: Auth0Answer): Error {
  const code = Refusal.safeParse(body).data?.errorCode;
  return new Error(`Auth0 refused to ${what}: ${status}${code ? ` ${code}` : ''}`);
}
