import { Problem } from '@annals/contracts';
import type { z } from 'zod';

/** What a table needs to know of a route. Paths are whole, as in `/api/v1/users/{user_id}`. */
export interface TableRoute {
  method: string;
  path: string;
  params?: z.ZodObject;
}

export interface Matched<R> {
  route: R;
  /** Path parameters after their schemas. */
  params: Record<string, unknown>;
}

export interface RouteTable<R> {
  /**
   * @throws Problem 404 `path-unknown`, 405 `method-not-allowed` with `Allow`, 400 `path-malformed`
   */
  match(method: string, path: string): Matched<R>;
}

interface Entry<R> {
  route: R;
  segments: (string | { name: string })[];
}

/**
 * Finds routes by path. A path without parameters wins over one with; a parameter that its schema refuses does not
 * match, so `{user_id}` takes a UUID only and everything else is an unknown path.
 */
export function createRouteTable<R extends TableRoute>(routes: readonly R[]): RouteTable<R> {
  const fixed = new Map<string, Map<string, R>>();
  const open = new Map<number, Entry<R>[]>();
  const seen = new Set<string>();

  for (const route of routes) {
    const name = `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`;
    if (seen.has(name)) throw new Error(`two routes are ${route.method} ${route.path}`);
    seen.add(name);
    if (route.path.includes('{')) {
      const segments = route.path.split('/').map(segmentOf);
      const list = open.get(segments.length) ?? [];
      open.set(segments.length, [...list, { route, segments }].sort(byFixedness));
    } else {
      const methods = fixed.get(route.path) ?? new Map<string, R>();
      fixed.set(route.path, methods.set(route.method, route));
    }
  }

  return {
    match(method, path) {
      const exact = fixed.get(path);
      const found = exact?.get(method);
      if (found) return { route: found, params: {} };
      const parts = path.split('/');
      const allowed = new Set(exact?.keys());
      for (const entry of open.get(parts.length) ?? []) {
        const params = paramsOf(entry, parts);
        if (!params) continue;
        if (entry.route.method === method) return { route: entry.route, params };
        allowed.add(entry.route.method);
      }
      if (allowed.size === 0) throw new Problem(404, 'path-unknown', 'There is nothing here');
      const allow = [...allowed].sort().join(', ');
      throw new Problem(405, 'method-not-allowed', `This path answers ${allow}`, { headers: { allow } });
    },
  };
}

function segmentOf(text: string): string | { name: string } {
  const match = /^\{(\w+)\}$/.exec(text);
  return match ? { name: match[1]! } : text;
}

/** Paths whose first difference is fixed text come first. */
function byFixedness<R>(a: Entry<R>, b: Entry<R>): number {
  for (const [index, segment] of a.segments.entries()) {
    const difference = Number(typeof b.segments[index] === 'string') - Number(typeof segment === 'string');
    if (difference !== 0) return difference;
  }
  return 0;
}

function paramsOf<R extends TableRoute>(entry: Entry<R>, parts: string[]): Record<string, unknown> | undefined {
  const raw: Record<string, string> = {};
  for (const [index, segment] of entry.segments.entries()) {
    const part = parts[index]!;
    if (typeof segment === 'string') {
      if (segment !== part) return undefined;
    } else raw[segment.name] = decode(part);
  }
  if (!entry.route.params) return raw;
  const parsed = entry.route.params.safeParse(raw);
  return parsed.success ? parsed.data : undefined;
}

function decode(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new Problem(400, 'path-malformed', 'The path is not well-formed', { cause });
  }
}
