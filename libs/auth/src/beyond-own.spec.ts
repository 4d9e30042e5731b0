import { permissions, type Permission } from '@annals/contracts';
import fc from 'fast-check';
import { beyondOwn } from './beyond-own.js';

const always = (...wanted: Permission[]) => wanted.map((permission) => ({ permission, conditions: [] }));

describe('nobody passes on more than they have', () => {
  it('names once what a giver lacks', () =>
    expect(beyondOwn(['VIEW_CONTENT'], always('VIEW_CONTENT', 'READ_PII', 'READ_PII'))).toEqual(['READ_PII']));

  it('lets who may do the greater thing pass on the lesser one, and not the other way round', () => {
    for (const [greater, lesser] of [
      ['MANAGE_ALL_USERS', 'MANAGE_TEAM_USERS'],
      ['MANAGE_ALL_USERS', 'VIEW_ALL_USERS'],
      ['EDIT_ALL_CONTENT', 'EDIT_OWN_CONTENT'],
      ['MANAGE_BILLING', 'VIEW_BILLING'],
    ] as const) {
      expect(beyondOwn([greater], always(lesser))).toEqual([]);
      expect(beyondOwn([lesser], always(greater))).toEqual([greater]);
    }
  });

  it('takes a permission under conditions for the whole permission', () =>
    expect(beyondOwn([], [{ permission: 'READ_PII', conditions: [{ kind: 'own' }] }])).toEqual(['READ_PII']));

  it('lets everybody pass on what they have, and finds less to miss the more they have', () => {
    const some = fc.subarray([...permissions]);
    fc.assert(
      fc.property(some, some, some, (own, more, wanted) => {
        expect(beyondOwn(own, always(...own))).toEqual([]);
        const missing = beyondOwn(own, always(...wanted));
        expect(missing).toEqual(expect.arrayContaining(beyondOwn([...own, ...more], always(...wanted))));
      }),
    );
  });
});
