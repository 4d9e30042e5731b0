import { type ClientKind, type DeviceClass } from '@annals/contracts';
import { parse } from 'bowser';
import { LRUCache } from 'lru-cache';

/** Robots that the library has not heard of, as most of them call themselves. */
const robots = /bot\b|crawl|spider|slurp|headless/i;
/** How every browser begins, for reasons of history; programs do not. */
const browsers = /^(?:Mozilla|Opera)\//;
/** Of a browser on a system that the library knows no kind for. */
const desktops = /CrOS|X11/;
/** No real one is longer, and patterns need not be run over more. */
const longest = 512;

const known = new LRUCache<string, ClientKind>({ max: 1_000 });

/**
 * What a `User-Agent` (RFC 9110 §10.1.5) says it is; null when there was none. It is told by the client: good for reading
 * and counting, no proof.
 */
export function kindOf(userAgent: string | null): ClientKind | null {
  if (!userAgent) return null;
  const text = userAgent.slice(0, longest);
  let kind = known.get(text);
  if (kind === undefined) known.set(text, (kind = readKind(text)));
  return kind;
}

function readKind(text: string): ClientKind {
  const { type } = parse(text).platform;
  if (type === 'bot' || robots.test(text)) return 'bot';
  if (type === 'mobile' || type === 'tablet') return type;
  if (!browsers.test(text)) return 'api';
  return type === 'desktop' || (type === undefined && desktops.test(text)) ? 'desktop' : 'other';
}

/** The same for counting people's devices: programs and robots are no device. */
export function deviceOf(userAgent: string | null): DeviceClass {
  const kind = kindOf(userAgent);
  return kind === 'desktop' || kind === 'mobile' || kind === 'tablet' ? kind : 'other';
}
