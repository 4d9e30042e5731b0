import fc from 'fast-check';
import { defaultPreferences, isQuiet, mayNotify, type Notifications } from '../../index.js';

const quiet = (timezone: string, from: string, to: string) => ({
  timezone,
  notifications: { ...defaultPreferences.notifications, quiet_hours: { enabled: true, from, to } },
});
const at = (instant: string) => new Date(instant);

describe('quiet hours', () => {
  it.each([
    ['2026-01-15T20:59:59.999Z', false],
    ['2026-01-15T21:00:00.000Z', true],
    ['2026-01-15T23:30:00.000Z', true],
    ['2026-01-16T05:59:59.999Z', true],
    ['2026-01-16T06:00:00.000Z', false],
  ])('run over midnight on the person’s own clock: at %s %s', (instant, is) =>
    expect(isQuiet(quiet('Europe/Vienna', '22:00', '07:00'), at(instant))).toBe(is),
  );

  it.each([
    ['2026-01-15T11:59:00Z', false],
    ['2026-01-15T12:00:00Z', true],
    ['2026-01-15T14:00:00Z', false],
  ])('may lie within a day: at %s %s', (instant, is) =>
    expect(isQuiet(quiet('UTC', '12:00', '14:00'), at(instant))).toBe(is),
  );

  it('are the same hours of the clock in winter and in summer', () => {
    const hours = quiet('Europe/Vienna', '22:00', '07:00');
    expect(isQuiet(hours, at('2026-01-15T20:30:00Z'))).toBe(false);
    expect(isQuiet(hours, at('2026-07-15T20:30:00Z'))).toBe(true);
  });

  // Vienna, 29 March 2026: 02:00 is followed at once by 03:00, at 01:00 UTC.
  it.each([
    ['2026-03-29T00:29:00Z', false],
    ['2026-03-29T00:30:00Z', true],
    ['2026-03-29T01:00:00Z', true],
    ['2026-03-29T01:29:00Z', true],
    ['2026-03-29T01:30:00Z', false],
  ])('from half past one to half past three are shorter when the clock is put forward: at %s %s', (instant, is) =>
    expect(isQuiet(quiet('Europe/Vienna', '01:30', '03:30'), at(instant))).toBe(is),
  );

  it('that lie in the hour which does not happen are none that night', () => {
    const hours = quiet('Europe/Vienna', '02:00', '03:00');
    const minutes = Array.from({ length: 240 }, (_, minute) => Date.UTC(2026, 2, 28, 23) + minute * 60_000);
    expect(minutes.filter((minute) => isQuiet(hours, new Date(minute)))).toEqual([]);
  });

  // Vienna, 25 October 2026: the hour from 02:00 on happens twice, from 00:00 and from 01:00 UTC.
  it.each([
    ['2026-10-25T00:29:00Z', false],
    ['2026-10-25T00:30:00Z', true],
    ['2026-10-25T00:59:00Z', true],
    ['2026-10-25T01:00:00Z', false],
    ['2026-10-25T01:30:00Z', true],
    ['2026-10-25T02:00:00Z', false],
  ])('from half past two to three happen twice when the clock is put back: at %s %s', (instant, is) =>
    expect(isQuiet(quiet('Europe/Vienna', '02:30', '03:00'), at(instant))).toBe(is),
  );

  it('know zones that are not a whole hour away, and change by half of one', () => {
    expect(isQuiet(quiet('Asia/Kathmandu', '05:45', '05:46'), at('2026-01-15T00:00:30Z'))).toBe(true);
    // Lord Howe, 4 October 2026: 02:00 is followed by 02:30, at 15:30 UTC the day before.
    expect(isQuiet(quiet('Australia/Lord_Howe', '02:30', '03:00'), at('2026-10-03T15:30:00Z'))).toBe(true);
  });

  it('of the same time twice are the whole day', () =>
    expect(isQuiet(quiet('UTC', '08:00', '08:00'), at('2026-01-15T17:00:00Z'))).toBe(true));

  it('are never when they are switched off', () => {
    const hours = quiet('UTC', '00:00', '23:59');
    hours.notifications.quiet_hours.enabled = false;
    expect(isQuiet(hours, at('2026-01-15T12:00:00Z'))).toBe(false);
  });

  it('and the hours around them are the whole day, whatever the zone and the instant', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const clock = minute.map((n) => new Date(n * 60_000).toISOString().slice(11, 16));
    const zone = fc.constantFrom('UTC', 'Europe/Vienna', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    const instant = fc.date({ min: at('1990-01-01'), max: at('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(zone, clock, clock, instant, (timezone, from, to, now) => {
        fc.pre(from !== to);
        expect(isQuiet(quiet(timezone, from, to), now)).toBe(!isQuiet(quiet(timezone, to, from), now));
      }),
    );
  });
});

describe('whether a person may be told', () => {
  const night = at('2026-01-15T23:00:00Z');
  const day = at('2026-01-15T12:00:00Z');
  const chosen = (notifications: Partial<Notifications>) => ({
    timezone: 'UTC',
    notifications: { ...quiet('UTC', '22:00', '07:00').notifications, ...notifications },
  });
  const sms = { security: 'immediate', account: 'hourly', activity: 'weekly', marketing: 'never' } as const;

  it.each([
    ['security', day, 'now'],
    ['security', night, 'later'],
    ['account', day, 'later'],
    ['activity', day, 'later'],
    ['marketing', day, 'never'],
    ['marketing', night, 'never'],
  ] as const)('by sms of %s at %s: %s', (category, instant, expected) =>
    expect(mayNotify(chosen({ sms }), 'sms', category, instant)).toBe(expected),
  );

  it('of security by e-mail also at night, and gathered when gathered is what they want', () => {
    const { email } = defaultPreferences.notifications;
    expect(mayNotify(chosen({}), 'email', 'security', night)).toBe('now');
    expect(mayNotify(chosen({ email: { ...email, security: 'daily' } }), 'email', 'security', night)).toBe('later');
  });

  it('of nothing else by e-mail at night', () => {
    const { email } = defaultPreferences.notifications;
    expect(mayNotify(chosen({ email: { ...email, account: 'immediate' } }), 'email', 'account', night)).toBe('later');
  });
});
