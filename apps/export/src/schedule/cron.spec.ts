import { countTimes, firstTime, nextTime } from './cron.js';

const times = (cron: string, zone: string, after: string, count: number): string[] => {
  const found: string[] = [];
  let at = new Date(after);
  for (let n = 0; n < count; n++) {
    at = nextTime(cron, zone, at)!;
    found.push(at.toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
};

describe('the times of a schedule', () => {
  it.each([
    ['every day at nine in Vienna, in winter and in summer', '0 9 * * *', 'Europe/Vienna', '2026-03-27T12:00Z'],
  ])('are %s', (_what, cron, zone, after) =>
    expect(times(cron, zone, after, 3)).toEqual(['2026-03-28T08:00Z', '2026-03-29T07:00Z', '2026-03-30T07:00Z']),
  );

  it('that a clock leaps over in spring come when it has leapt', () =>
    // 02:30 does not exist in Vienna on 29 March 2026: 02:00 is 03:00.
    expect(times('30 2 * * *', 'Europe/Vienna', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]));

  it('that a clock shows twice in autumn come once', () =>
    // 02:30 is 00:30Z and again 01:30Z in Vienna on 25 October 2026.
    expect(times('30 2 * * *', 'Europe/Vienna', '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]));

  it('of every hour come every hour, also when the clock is put forward or back', () => {
    const hours = (after: string) => times('15 * * * *', 'Europe/Vienna', after, 5).map((at) => at.slice(11, 16));
    expect(hours('2026-10-24T22:30Z')).toEqual(['23:15', '00:15', '01:15', '02:15', '03:15']);
    expect(hours('2026-03-28T23:30Z')).toEqual(['00:15', '01:15', '02:15', '03:15', '04:15']);
  });

  it('keep to clocks that leap at midnight and by half an hour', () => {
    expect(times('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00Z', 2)).toEqual([
      '2018-11-04T03:00Z',
      '2018-11-05T02:00Z',
    ]);
    expect(times('0 1 * * *', 'Australia/Lord_Howe', '2026-04-03T15:00Z', 2)).toEqual([
      '2026-04-04T14:00Z',
      '2026-04-05T14:30Z',
    ]);
  });

  it('are counted between two moments: after the one, up to the other', () => {
    const count = (after: string, until: string) =>
      countTimes('0 9 * * *', 'Europe/Vienna', { after: new Date(after), until: new Date(until) });
    expect(count('2026-03-28T08:00Z', '2026-03-31T07:00Z')).toBe(3);
    expect(count('2026-03-28T08:00Z', '2026-03-29T06:59Z')).toBe(0);
  });
});

describe('an expression that somebody wishes', () => {
  const first = (cron: string) => firstTime(cron, 'Europe/Vienna', new Date('2026-03-01T12:00:00Z')).toISOString();

  it.each([
    ['0 9 * * *', '2026-03-02T08:00:00.000Z'],
    ['@weekly', '2026-03-07T23:00:00.000Z'],
    ['0 6 L * *', '2026-03-31T04:00:00.000Z'],
    ['30 7 * * MON-FRI', '2026-03-02T06:30:00.000Z'],
    ['15 * * * *', '2026-03-01T12:15:00.000Z'],
    ['0 0 29 2 *', '2028-02-28T23:00:00.000Z'],
  ])('%s first comes at %s', (cron, at) => expect(first(cron)).toBe(at));

  it.each([
    ['* * * * *', 'comes more often than every hour'],
    ['0,30 * * * *', 'comes more often than every hour'],
    ['0,59 4 1 1 *', 'comes more often than every hour'],
    ['*/45 * * * *', 'comes more often than every hour'],
    ['0 0 30 2 *', 'never comes to pass'],
    ['61 * * * *', 'is no cron expression'],
    ['0 25 * * *', 'is no cron expression'],
    ['0 9 * * SOMEDAY', 'is no cron expression'],
  ])('%s is refused: it %s', (cron, why) => {
    const refused = expect.objectContaining({ status: 400, code: 'cron-invalid' }) as Error;
    expect(() => first(cron)).toThrow(refused);
    expect(() => first(cron)).toThrow(why);
  });
});
