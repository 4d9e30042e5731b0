import { storedEvents } from '@annals/testing';
import { parseSelection, parseTime, selects } from './selection.js';

const now = Date.parse('2026-03-10T12:00:00Z');

describe('a time on the command line', () => {
  it.each([
    ['2026-03-03T00:00:00Z', '2026-03-03T00:00:00.000Z'],
    ['-7d', '2026-03-03T12:00:00.000Z'],
    ['-90m', '2026-03-10T10:30:00.000Z'],
    ['-2w', '2026-02-24T12:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(parseTime(text, now)).toISOString()).toBe(expected);
  });

  it.each(['yesterday', '-7y', ''])('refuses "%s" with a way to say it', (text) => {
    expect(() => parseTime(text, now)).toThrow('is no time: write 2026-03-03T12:00:00Z, or -7d');
  });
});

describe('a selection', () => {
  const [event] = storedEvents([
    {
      type: 'ProfileUpdated',
      stream: 'profile-a_u',
      data: { bio: 'x', count: 3 },
      account_id: 'a',
      metadata: { $correlationId: 'c', $causationId: 'k', request_id: 'r' },
    },
  ]);
  const matches = (options: Record<string, string>) => selects(parseSelection(options, now), event!);

  it.each([
    [{ account: 'a' }, true],
    [{ account: 'b' }, false],
    [{ category: 'profile' }, true],
    [{ category: 'prof' }, false],
    [{ stream: 'profile-a_u' }, true],
    [{ stream: 'profile-a_v' }, false],
    [{ type: 'Profile*' }, true],
    [{ type: '*Deleted' }, false],
    [{ type: 'ProfileUpdate.' }, false],
    [{ correlation: 'c', causation: 'k', request: 'r' }, true],
    [{ correlation: 'other' }, false],
    [{ request: 'other' }, false],
    [{ actor: 'nobody' }, false],
    [{ where: 'count=3' }, true],
    [{ where: 'count=4' }, false],
    [{ since: '-7d' }, false],
    [{ until: '-7d' }, true],
    [{ 'from-position': '100-100' }, true],
    [{ 'from-position': '101-101' }, false],
  ])('%j selects: %s', (options, expected) => {
    expect(matches(options as Record<string, string>)).toBe(expected);
  });

  it.each([
    [{ limit: '0' }, '--limit'],
    [{ limit: 'many' }, '--limit'],
    [{ where: 'count' }, '--where is written field=value'],
    [{ 'from-position': 'x' }, 'position'],
  ])('refuses %j', (options, message) => {
    expect(() => parseSelection(options, now)).toThrow(message);
  });
});
