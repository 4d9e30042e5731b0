import { asProblem, problemBody } from '@annals/service';
import type { Problem } from '@annals/contracts';
import { answerHead, type Exchange } from './exchange.js';

/**
 * Answers with the one error body; when the head is out already, only cutting the connection tells the client that
 * something is missing.
 */
export function answerProblem(exchange: Exchange, error: unknown): Problem {
  const problem = asProblem(error);
  const { response, request } = exchange;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return problem;
  }
  const place = {
    path: exchange.path,
    requestId: exchange.ids.request_id,
    traceId: exchange.entry.scope.trace_id,
  };
  const body = JSON.stringify(problemBody(problem, place));
  const lowerCased = Object.entries(problem.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const head = answerHead(exchange, {
    ...Object.fromEntries(lowerCased),
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
  });
  // `connection` is a header of this hop, which the answer of a service never sets.
  if (problem.headers.connection) head.push('connection', problem.headers.connection);
  response.writeHead(problem.status, head).end(request.method === 'HEAD' ? undefined : body);
  return problem;
}
