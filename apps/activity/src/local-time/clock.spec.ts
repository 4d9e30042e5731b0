import fc from 'fast-check';
import { dayAt, daysAfter, daysBetween, mondayOf, quarterMs, startOfDay } from './clock.js';

const zones = [
  ...['UTC', 'Europe/Vienna', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Chatham', 'Australia/Lord_Howe'],
  ...['America/Sao_Paulo', 'Asia/Beirut', 'Pacific/Apia', 'Pacific/Kiritimati', 'Africa/Casablanca'],
];
const hours = (zone: string, day: string) =>
  (startOfDay(zone, daysAfter(day, 1)).getTime() - startOfDay(zone, day).getTime()) / 3_600_000;

describe('a day on the wall', () => {
  it.each([
    ['Europe/Vienna', '2026-03-29', 23],
    ['Europe/Vienna', '2026-10-25', 25],
    ['Europe/Vienna', '2026-06-01', 24],
    ['America/New_York', '2026-03-08', 23],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['Asia/Kathmandu', '2026-03-29', 24],
    ['Asia/Beirut', '2026-03-29', 23],
    ['Pacific/Apia', '2011-12-30', 0],
  ])('has in %s on %s %d hours', (zone, day, length) => expect(hours(zone, day)).toBe(length));

  it.each([
    ['Asia/Kathmandu', '2026-03-01', '2026-02-28T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-03-01', '2026-02-28T10:00:00.000Z'],
    ['Etc/GMT+12', '2026-03-01', '2026-03-01T12:00:00.000Z'],
    // Midnight does not happen: the clock is put forward from 00:00 to 01:00.
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00.000Z'],
  ])('begins in %s on %s at %s', (zone, day, at) => expect(startOfDay(zone, day).toISOString()).toBe(at));

  it('holds each quarter hour once, and no quarter hour of another day', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2012-01-01'), max: new Date('2035-12-31'), noInvalidDate: true }),
        (zone, at) => {
          const quarter = new Date(Math.floor(at.getTime() / quarterMs) * quarterMs);
          const day = dayAt(zone, quarter);
          expect(startOfDay(zone, day).getTime()).toBeLessThanOrEqual(quarter.getTime());
          expect(startOfDay(zone, daysAfter(day, 1)).getTime()).toBeGreaterThan(quarter.getTime());
        },
      ),
    ));
});

describe('the calendar', () => {
  it('counts over months, leap days and backwards', () => {
    expect(daysAfter('2028-02-28', 2)).toBe('2028-03-01');
    expect(daysAfter('2026-01-01', -1)).toBe('2025-12-31');
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2);
  });

  it('has weeks that begin on Monday', () => {
    expect(['2026-03-01', '2026-03-02', '2026-03-08'].map(mondayOf)).toEqual([
      '2026-02-23',
      '2026-03-02',
      '2026-03-02',
    ]);
  });

  it('tells the zones apart that it was asked for, however many', () => {
    const at = new Date('2026-03-01T12:00:00Z');
    for (let turn = 0; turn < 1001; turn++)
      dayAt(`${turn % 2 ? '+' : '-'}${String(turn % 14).padStart(2, '0')}:00`, at);
    expect(dayAt('Pacific/Kiritimati', at)).toBe('2026-03-02');
  });
});
