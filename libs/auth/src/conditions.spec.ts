import type { Condition } from '@annals/contracts';
import { holds, type Facts } from './conditions.js';

const facts: Facts = { now: '2026-11-21T09:30:00Z', userId: 'ann' };

describe('own', () => {
  it('holds for the caller’s own thing alone', () => {
    expect(holds({ kind: 'own' }, { ...facts, ownerId: 'ann' })).toBe(true);
    expect(holds({ kind: 'own' }, { ...facts, ownerId: 'ben' })).toBe(false);
  });

  it('does not hold when the owner or the caller is not known', () => {
    expect(holds({ kind: 'own' }, facts)).toBe(false);
    expect(holds({ kind: 'own' }, { ...facts, userId: null, ownerId: null })).toBe(false);
  });
});

describe('ip_range', () => {
  const condition: Condition = { kind: 'ip_range', ranges: ['10.1.0.0/16', '192.0.2.7', '2001:db8::/32'] };
  it.each([
    ['10.1.200.3', true],
    ['10.2.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:db8:1::1', true],
    ['2001:db9::1', false],
    ['not an address', false],
    [null, false],
  ])('%s: %s', (ipAddress, expected) => {
    expect(holds(condition, { ...facts, ipAddress })).toBe(expected);
  });

  it.each(['10.1.0.0/33', '10.1.0.0/x', 'nonsense/8', ''])('admits nobody by a range that is none: %p', (range) => {
    expect(holds({ kind: 'ip_range', ranges: [range] }, { ...facts, ipAddress: '10.1.0.1' })).toBe(false);
  });
});

describe('time_window', () => {
  const office: Condition = {
    kind: 'time_window',
    from: '09:00',
    to: '17:00',
    timezone: 'Europe/Rome',
    days: [1, 2, 3, 4, 5, 6],
  };
  it.each([
    ['2026-11-21T08:00:00Z', true, 'the first minute, Rome being an hour ahead'],
    ['2026-11-21T07:59:00Z', false, 'the minute before'],
    ['2026-11-21T15:59:00Z', true, 'the last minute'],
    ['2026-11-21T16:00:00Z', false, 'the end itself'],
    ['2026-11-22T10:00:00Z', false, 'a Sunday'],
    ['2026-07-20T07:00:00Z', true, 'the first minute in summer time'],
  ])('%s: %s (%s)', (now, expected) => {
    expect(holds(office, { ...facts, now })).toBe(expected);
  });

  it('may pass midnight', () => {
    const night: Condition = { kind: 'time_window', from: '22:00', to: '06:00', timezone: 'UTC' };
    expect(holds(night, { ...facts, now: '2026-11-21T23:00:00Z' })).toBe(true);
    expect(holds(night, { ...facts, now: '2026-11-21T05:59:00Z' })).toBe(true);
    expect(holds(night, { ...facts, now: '2026-11-21T06:00:00Z' })).toBe(false);
  });
});

describe('attribute', () => {
  const condition: Condition = { kind: 'attribute', name: 'department', equals: 'sales' };

  it('holds when the thing has exactly this value', () => {
    expect(holds(condition, { ...facts, attributes: { department: 'sales' } })).toBe(true);
    expect(holds(condition, { ...facts, attributes: { department: 'Sales' } })).toBe(false);
    expect(holds(condition, facts)).toBe(false);
  });

  it('is not met by what every object inherits', () => {
    expect(holds({ kind: 'attribute', name: 'toString', equals: 'x' }, { ...facts, attributes: {} })).toBe(false);
  });
});
