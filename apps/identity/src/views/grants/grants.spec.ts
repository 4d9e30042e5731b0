import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { assertTenantIsolation } from '@annals/postgres';
import { migrations } from '../../migrations.js';
import { denials } from '../denials/denials.js';
import { grantList } from './grants.js';

const database = testDatabase({ service: 'identity', migrations, projections: [grantList, denials] });
const pool = () => database().pool;

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000a1';
const expires_at = '2026-03-01T00:00:00.000Z';

it('every table of an account is closed to the others', () => assertTenantIsolation(pool()));

describe('grants', () => {
  const grant = (account_id: string, role_id: string, over: Record<string, unknown> = {}): EventSketch => ({
    type: 'RoleGranted',
    stream: `grant-${account_id}_${ada}`,
    account_id,
    data: {
      ...{ account_id, user_id: ada, role_id, granted_at: '2026-01-01T00:00:00.000Z' },
      ...{ valid_from: null, expires_at: null, reason: null, assigned_by_id: null, ...over },
    },
  });
  const ended = (account_id: string, role_id: string): EventSketch => ({
    ...grant(account_id, role_id),
    type: 'RoleGrantEnded',
    data: { account_id, user_id: ada, role_id, reason: 'revoked' },
  });
  const rolesIn = async (account: string) =>
    (await rowsOf<{ role_id: string }>(pool(), account, 'select role_id from grants_v1.grants order by role_id')).map(
      ({ role_id }) => role_id,
    );
  const due = async () => (await pool().query<object>('select membership_id, role_id from grants_v1.due', [])).rows;
  const past = storedEvents([grant(acme, 'EDITOR', { expires_at }), grant(acme, 'BILLING'), grant(globex, 'EDITOR')]);

  it('are an account’s own, also for the same person and role', async () => {
    await project(pool(), grantList, past);
    expect([await rolesIn(acme), await rolesIn(globex)]).toEqual([['BILLING', 'EDITOR'], ['EDITOR']]);
  });

  it('that end by themselves are due, whatever the account', async () => {
    expect(await due()).toEqual([{ membership_id: `${acme}_${ada}`, role_id: 'EDITOR' }]);
  });

  it('are gone when they end, and come back with their new time', async () => {
    const next = storedEvents([ended(acme, 'EDITOR'), ended(globex, 'EDITOR')], past);
    await project(pool(), grantList, next);
    expect([await rolesIn(acme), await rolesIn(globex), await due()]).toEqual([['BILLING'], [], []]);
    await project(pool(), grantList, storedEvents([grant(globex, 'EDITOR', { expires_at })], next));
    expect(await due()).toEqual([{ membership_id: `${globex}_${ada}`, role_id: 'EDITOR' }]);
  });
});

describe('denials', () => {
  const denied = (occurred_at: string, over: Record<string, unknown> = {}): EventSketch => ({
    type: 'AccessDenied',
    stream: `denial-${acme}_${ada}`,
    account_id: acme,
    metadata: { occurred_at },
    data: {
      ...{ account_id: acme, user_id: ada, principal: null, method: 'GET', route: '/audit-logs' },
      ...{ operation: 'x', code: 'permission-required', required: 'VIEW_AUDIT_LOG', times: 2, ...over },
    },
  });

  it('are counted per day and caller, and never what was asked of an account of others', async () => {
    await project(
      pool(),
      denials,
      storedEvents([
        ...[denied('2026-01-01T10:00:00.000Z'), denied('2026-01-01T09:00:00.000Z'), denied('2026-01-02T10:00:00.000Z')],
        denied('2026-01-01T10:00:00.000Z', { user_id: null, principal: 'api-key:k', required: null }),
        { ...denied('2026-01-01T10:00:00.000Z', { account_id: null }), account_id: null },
      ]),
    );
    const rows = await rowsOf(
      pool(),
      acme,
      'select day::text, caller, required, times::int, last_at from denials_v1.denials order by day, caller',
    );
    expect(rows).toEqual([
      {
        day: '2026-01-01',
        caller: ada,
        required: 'VIEW_AUDIT_LOG',
        times: 4,
        last_at: new Date('2026-01-01T10:00:00Z'),
      },
      { day: '2026-01-01', caller: 'api-key:k', required: '', times: 2, last_at: new Date('2026-01-01T10:00:00Z') },
      {
        day: '2026-01-02',
        caller: ada,
        required: 'VIEW_AUDIT_LOG',
        times: 2,
        last_at: new Date('2026-01-02T10:00:00Z'),
      },
    ]);
  });
});
