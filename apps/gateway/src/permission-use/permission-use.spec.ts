import { personIdentity, serviceIdentity } from '@annals/auth';
import type { Access, PermissionUse } from '@annals/contracts';
import { acme, member, startEdge, userId } from '../testing/edge-under-test.js';
import { createUseCounter } from './count-uses.js';
import { usedRights } from './used-rights.js';

describe('the rights that somebody used', () => {
  const holder = member({ permissions: ['VIEW_CONTENT', 'VIEW_ANALYTICS'] });
  const { user_id } = holder;
  const either = { kind: 'any_permission', permissions: ['READ_PII', 'VIEW_ANALYTICS'] } as const;
  it.each<[string, Access, string[]]>([
    ['none where everybody may', { kind: 'open' }, []],
    ['none where it is about themselves', { kind: 'self' }, []],
    ['none where every member may', { kind: 'user' }, []],
    ['the permission', { kind: 'permission', permission: 'VIEW_CONTENT' }, ['VIEW_CONTENT']],
    ['the role', { kind: 'role', min: 'VIEWER' }, ['VIEWER']],
    ['of several those that are held', either, ['VIEW_ANALYTICS']],
    ['all that are asked for', { ...either, kind: 'all_permissions' }, ['READ_PII', 'VIEW_ANALYTICS']],
    ['none when they asked about themselves', { kind: 'role', min: 'VIEWER', or_self: 'id' }, []],
  ])('are %s', (_what, access, rights) => expect(usedRights(access, holder, { id: user_id })).toEqual(rights));

  it('are not counted for service accounts, on a visit, or in no account', () => {
    const access = { kind: 'role', min: 'VIEWER' } as const;
    const others = [
      serviceIdentity('api-key:x', { accountId: acme }),
      { ...holder, is_system_admin_access: true },
      personIdentity({ user_id: userId }),
    ];
    expect(others.map((one) => usedRights(access, one, {}))).toEqual([[], [], []]);
  });
});

describe('counting uses', () => {
  const who = { accountId: 'a', userId: 'u' };
  /** A counter whose batches fail as often as the test says. */
  function counterWith(failures: number, capacity = 100) {
    const told: { id: string; uses: PermissionUse[] }[] = [];
    let left = failures;
    const counter = createUseCounter({
      tell: (_path, body) => {
        told.push(body as (typeof told)[number]);
        left -= 1;
        return left >= 0 ? Promise.reject(new Error('gone')) : Promise.resolve('taken');
      },
      onTrouble: () => undefined,
      ...{ capacity, wallClock: () => Date.parse('2026-03-01T12:00:00.000Z') },
    });
    return { counter, told };
  }

  it('tells each right once, with how often', async () => {
    const { counter, told } = counterWith(0);
    counter.note(who, ['READ_PII', 'MANAGER']);
    counter.note(who, ['READ_PII']);
    await counter.close();
    const last_used_at = '2026-03-01T12:00:00.000Z';
    expect(told.map(({ uses }) => uses)).toEqual([
      [
        { account_id: 'a', user_id: 'u', permission: 'READ_PII', uses: 2, last_used_at },
        { account_id: 'a', user_id: 'u', permission: 'MANAGER', uses: 1, last_used_at },
      ],
    ]);
  });

  it('tells a batch that may have got lost again under the same id, and what came meanwhile under another', async () => {
    const { counter, told } = counterWith(1);
    counter.note(who, ['READ_PII']);
    await counter.flush();
    counter.note(who, ['READ_PII']);
    await counter.flush();
    expect(told[1]).toEqual(told[0]);
    expect(told[2]!.id).not.toBe(told[0]!.id);
    expect(told[2]!.uses).toEqual(told[0]!.uses);
    await counter.close();
  });

  it('takes no more memory than it may', async () => {
    const { counter, told } = counterWith(0, 2);
    for (const userId of ['a', 'b', 'c']) counter.note({ ...who, userId }, ['READ_PII']);
    await counter.close();
    expect(told[0]!.uses.map(({ user_id }) => user_id)).toEqual(['a', 'b']);
  });
});

it('the gateway tells at its end what was used since', async () => {
  const edge = await startEdge();
  edge.behind.contextOf = () => ({ status: 200, body: member({ permissions: ['VIEW_AUDIT_LOG'] }) });
  await edge.ask('/audit-logs');
  await edge.ask('/audit-logs');
  await edge.ask('/users/profile');
  await edge.close();
  expect(edge.behind.uses.map(({ uses }) => uses)).toEqual([
    [expect.objectContaining({ account_id: acme, user_id: userId, permission: 'VIEW_AUDIT_LOG', uses: 2 })],
  ]);
});
