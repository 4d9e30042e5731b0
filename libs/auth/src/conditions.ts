import { BlockList, isIP } from 'node:net';
import type { Condition } from '@annals/contracts';
import { LRUCache } from 'lru-cache';

/** What is known when a permission is asked for. What is not known holds no condition. */
export interface Facts {
  /** RFC 3339. */
  now: string;
  userId: string | null;
  /** Owner of the thing asked about. */
  ownerId?: string | null;
  ipAddress?: string | null;
  attributes?: Readonly<Record<string, unknown>>;
}

export function holds(condition: Condition, facts: Facts): boolean {
  switch (condition.kind) {
    case 'own':
      return facts.userId !== null && facts.ownerId === facts.userId;
    case 'ip_range':
      return !!facts.ipAddress && isInRanges(facts.ipAddress, condition.ranges);
    case 'time_window':
      return isInWindow(condition, facts.now);
    case 'attribute':
      return (
        Object.hasOwn(facts.attributes ?? {}, condition.name) && facts.attributes?.[condition.name] === condition.equals
      );
  }
}

/** Made once for the ranges of a role: they are decided on with each request. */
const lists = new WeakMap<readonly string[], BlockList>();

function isInRanges(address: string, ranges: readonly string[]): boolean {
  const family = familyOf(address);
  if (!family) return false;
  let list = lists.get(ranges);
  if (!list) lists.set(ranges, (list = listOf(ranges)));
  return list.check(address, family);
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    const kind = familyOf(network);
    const prefix = bits === undefined ? (kind === 'ipv4' ? 32 : 128) : Number(bits);
    // A range that is none admits nobody.
    if (kind && Number.isInteger(prefix) && prefix >= 0 && prefix <= (kind === 'ipv4' ? 32 : 128)) {
      list.addSubnet(network, prefix, kind);
    }
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : undefined;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A clock takes far longer to make than to read, and there are only so many time zones. */
const clocks = new LRUCache<string, Intl.DateTimeFormat>({ max: 200 });

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', ...time });
  clocks.set(timeZone, clock);
  return clock;
}

function isInWindow(window: Extract<Condition, { kind: 'time_window' }>, now: string): boolean {
  const parts = clockOf(window.timezone).formatToParts(new Date(now));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const time = `${part('hour')}:${part('minute')}`;
  if (window.days && !window.days.includes(weekdays.indexOf(part('weekday')) + 1)) return false;
  return window.from <= window.to ? window.from <= time && time < window.to : window.from <= time || time < window.to;
}
