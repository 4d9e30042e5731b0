export interface Budget {
  /** Takes allowed per window; as many may come at once. */
  limit: number;
  /** Milliseconds. */
  windowMs: number;
}

export interface Taken {
  allowed: boolean;
  /** Takes left right now. */
  remaining: number;
  /** Milliseconds: until one more is allowed when it was refused, else until the budget is whole again. */
  resetMs: number;
}

/** What adding to a time and subtracting it again may be off by, in milliseconds: no take is refused for that. */
const rounding = 0.001;

/**
 * Generic cell rate algorithm (ITU-T I.371): one number per key, the time at which the budget would be whole again.
 * @param wholeAt that time as it was, in milliseconds, if any
 */
export function takeFrom(
  wholeAt: number | undefined,
  { limit, windowMs }: Budget,
  now: number,
): { taken: Taken; wholeAt: number } {
  const each = windowMs / limit;
  const before = Math.max(wholeAt ?? now, now);
  const after = before + each;
  if (after - now > windowMs + rounding) {
    return { taken: { allowed: false, remaining: 0, resetMs: Math.ceil(after - now - windowMs) }, wholeAt: before };
  }
  const remaining = Math.max(0, Math.floor((windowMs - (after - now) + rounding) / each));
  return { taken: { allowed: true, remaining, resetMs: Math.ceil(after - now) }, wholeAt: after };
}

/** The same in Redis, in one step: KEYS[1]; ARGV limit, window. Answers {allowed, remaining, reset}. */
export const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local each = window / limit
local before = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local after = before + each
if after - now > window + ${rounding} then
  return {0, 0, math.ceil(after - now - window)}
end
redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.max(1, math.ceil(after - now)))
return {1, math.max(0, math.floor((window - (after - now) + ${rounding}) / each)), math.ceil(after - now)}
`;
