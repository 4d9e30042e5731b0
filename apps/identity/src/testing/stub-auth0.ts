import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface StubUser {
  user_id: string;
  email: string;
  email_verified: boolean;
  blocked: boolean;
  identities: { connection: string }[];
}

/** A status, for a limit with the moment of its end in seconds; or a connection that breaks before or after the work. */
export type Failure = { status: number; reset?: number } | { broken: 'before' | 'after' };

/** One call that reached the stub. */
export interface SeenCall {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

/** Stands for a tenant of Auth0 in tests: the documented routes, status codes and bodies of the Management API v2. */
export interface StubAuth0 {
  url: string;
  users: Map<string, StubUser>;
  calls: SeenCall[];
  /** Tokens that were given out. */
  tokens(): number;
  /** Ends every token that was given out. */
  expireTokens(): void;
  /** Fails the next calls like this, each once. */
  failNext(...failures: Failure[]): void;
  stop(): Promise<void>;
}

export const stubSecret = 'the-client-secret';

export async function startStubAuth0(): Promise<StubAuth0> {
  const users = new Map<string, StubUser>();
  const calls: SeenCall[] = [];
  let failures: Failure[] = [];
  let tokens = 0;
  let valid = new Set<string>();

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const call = {
      ...{ method: request.method ?? '', path: decodeURIComponent(request.url ?? '') },
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
    calls.push(call);
    const failure = failures.shift();
    if (failure && 'broken' in failure) {
      if (failure.broken === 'after') manage(call);
      return void request.socket.destroy();
    }
    if (failure) {
      if (failure.reset !== undefined) response.setHeader('x-ratelimit-reset', String(failure.reset));
      return send(response, failure.status, { statusCode: failure.status, errorCode: 'too_many_requests' });
    }
    if (call.path === '/oauth/token') return send(response, ...tokenFor(call.body));
    if (!valid.has(request.headers.authorization ?? '')) {
      return send(response, 401, { statusCode: 401, error: 'Unauthorized', message: 'Expired token received' });
    }
    send(response, ...manage(call));
  }

  function tokenFor(body: Record<string, unknown>): [number, unknown] {
    const { grant_type, client_id, client_secret, audience } = body;
    const isRight = client_id === 'the-client' && client_secret === stubSecret && audience === `${url}/api/v2/`;
    if (grant_type !== 'client_credentials' || !isRight) return [401, { error: 'access_denied' }];
    tokens += 1;
    valid.add(`Bearer token-${tokens}`);
    return [200, { access_token: `token-${tokens}`, expires_in: 86_400, token_type: 'Bearer' }];
  }

  function manage({ method, path, body }: SeenCall): [number, unknown] {
    if (method === 'POST' && path === '/api/v2/users') return create(body);
    if (method === 'GET' && path.startsWith('/api/v2/users-by-email?email=')) {
      const email = path.slice(path.indexOf('=') + 1);
      return [200, [...users.values()].filter((user) => user.email === email)];
    }
    if (method === 'POST' && path === '/api/v2/tickets/password-change') {
      const known = users.has(String(body.user_id));
      return known ? [201, { ticket: `${url}/lo/reset?ticket=${calls.length}` }] : notFound;
    }
    const subject = path.slice('/api/v2/users/'.length);
    const user = users.get(subject);
    if (method === 'DELETE') {
      users.delete(subject);
      return [204, undefined];
    }
    if (!user) return notFound;
    Object.assign(user, body);
    return [200, user];
  }

  function create(body: Record<string, unknown>): [number, unknown] {
    const { email, connection, password, user_id } = body as Record<string, string | undefined>;
    if (!email || !connection || !password) return [400, { statusCode: 400, errorCode: 'invalid_body' }];
    const subject = `auth0|${user_id}`;
    if (users.has(subject) || [...users.values()].some((user) => user.email === email)) {
      return [
        409,
        { statusCode: 409, error: 'Conflict', message: 'The user already exists.', errorCode: 'auth0_idp_error' },
      ];
    }
    const user = { user_id: subject, email, email_verified: false, blocked: false, identities: [{ connection }] };
    users.set(subject, user);
    return [201, user];
  }

  return {
    ...{ url, users, calls },
    tokens: () => tokens,
    expireTokens() {
      valid = new Set();
    },
    failNext(...answers) {
      failures = answers;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const notFound: [number, unknown] = [404, { statusCode: 404, error: 'Not Found', errorCode: 'inexistent_user' }];

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
