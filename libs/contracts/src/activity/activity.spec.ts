import { ActivityTracked, AuditQuery, fieldProblems, TrackActivity } from '../index.js';

const accepts = (value: unknown) => TrackActivity.safeParse(value).success;

describe('client facts', () => {
  it('may come alone or in a list', () => {
    expect(TrackActivity.parse({ type: 'page_view' })).toEqual({
      type: 'page_view',
      category: 'interaction',
      tags: [],
      data: {},
    });
    expect(accepts([{ type: 'a' }, { type: 'b', occurred_at: '2026-01-01T00:00:00+01:00' }])).toBe(true);
  });

  it('come at most 500 at a time', () => {
    expect(accepts(Array.from({ length: 500 }, () => ({ type: 'a' })))).toBe(true);
    expect(accepts(Array.from({ length: 501 }, () => ({ type: 'a' })))).toBe(false);
    expect(accepts([])).toBe(false);
  });

  it.each([
    { type: '' },
    { type: 'two words' },
    { type: 'a', tags: ['b c'] },
    { type: 'a', occurred_at: '0000-01-01T00:00:00Z' },
    { type: 'a', occurred_at: 'yesterday' },
    { type: 'a', user_id: 'x' },
  ])('refuse %j', (fact) => expect(accepts(fact)).toBe(false));

  it.each([
    [{ typ: 'a' }, ['type', 'typ']],
    [[{ type: 'a' }, { type: 1 }], ['1.type']],
    [[{ type: 'a', data: { a: 1 }, tags: 'x' }], ['0.tags']],
    ['a', ['']],
  ])('are told where %j is wrong, whether alone or in a list', (value, paths) => {
    const { error } = TrackActivity.safeParse(value);
    expect(fieldProblems(error!).map((problem) => problem.path)).toEqual(paths);
  });

  it('are sealed together', () => {
    expect(ActivityTracked.personalFields.map((field) => field.path)).toEqual([['facts']]);
  });
});

describe('the audit query', () => {
  it('fills in page and limit and refuses unknown filters', () => {
    expect(AuditQuery.parse({})).toEqual({ page: 1, limit: 50, sort_order: 'desc' });
    expect(AuditQuery.safeParse({ entitty: 'User' }).success).toBe(false);
    expect(AuditQuery.safeParse({ limit: '101' }).success).toBe(false);
    expect(AuditQuery.safeParse({ from: '0000-01-01T00:00:00Z' }).success).toBe(false);
  });
});
