import { ProblemBody } from '@annals/contracts';
import type { RawAnswer } from '../raw-call.js';

/** Words that would tell a stranger how we are built. */
const telltale = /\bat .*\.[jt]s\b|node_modules|SyntaxError|TypeError|ZodError|postgres|select |insert into|ECONN/;

/**
 * Reads an answer that must be a problem of the one shape: ids in the body as in the head, nothing of our insides.
 * @throws Error that says what is wrong with it
 */
export function problemOf({ status, headers, json, text }: RawAnswer): ProblemBody {
  const { data: body } = ProblemBody.strict().safeParse(json);
  if (!body) throw new Error(`no problem at all: ${status} ${text} ${JSON.stringify(headers)}`);
  const holds: [string, boolean][] = [
    ['content type', headers['content-type'] === 'application/problem+json; charset=utf-8'],
    ['status', body.status === status && body.statusCode === status],
    ['title', body.title === body.error],
    ['request id', body.request_id !== '' && headers['x-request-id'] === body.request_id],
    ['trace id', /^[0-9a-f]{32}$/.test(body.trace_id) && headers['x-trace-id'] === body.trace_id],
    ['type', body.type === `urn:annals:problem:${body.code}`],
    // Between our own services nobody is asked to sign in.
    ['challenge', status !== 401 || body.code.startsWith('context-') || isChallenge(headers['www-authenticate'])],
    ['retry', status !== 503 || headers['retry-after'] !== undefined],
    ['caching', headers['cache-control'] === 'no-store'],
    ['silence', !telltale.test(text)],
  ];
  const wrong = holds.filter(([, ok]) => !ok).map(([name]) => name);
  if (wrong.length > 0) throw new Error(`not a good problem (${wrong.join(', ')}): ${text} ${JSON.stringify(headers)}`);
  return body;
}

const isChallenge = (header: string | string[] | undefined) => String(header ?? '').startsWith('Bearer');
