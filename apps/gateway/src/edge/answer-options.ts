import { Problem } from '@annals/contracts';
import type { RouteTable } from '@annals/service';
import type { Destination } from '../forward/destination.js';
import type { CrossOriginRules } from './cross-origin.js';
import { answerHead, type Exchange } from './exchange.js';

/**
 * Answers a preflight of a listed origin, or what may be asked of a path.
 * @throws Problem 403 `origin-not-allowed`, 404 `path-unknown`
 */
export function answerOptions(table: RouteTable<Destination>, crossOrigin: CrossOriginRules, exchange: Exchange): void {
  const { request, response } = exchange;
  const allow = allowedAt(table, exchange.path);
  const isPreflight = request.headers['access-control-request-method'] !== undefined;
  const said = isPreflight ? crossOrigin.preflight(request.headers.origin, allow) : ['allow', allow];
  if (!said) throw new Problem(403, 'origin-not-allowed', 'Pages of this origin may not call this API');
  response.writeHead(204, [...answerHead(exchange, {}), ...said]).end();
}

function allowedAt(table: RouteTable<Destination>, path: string): string {
  try {
    table.match('OPTIONS', path);
  } catch (error) {
    const allow = error instanceof Problem ? error.headers.allow : undefined;
    if (allow === undefined) throw error;
    return allow;
  }
  throw new Error('no contract declares OPTIONS');
}
