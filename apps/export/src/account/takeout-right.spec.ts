import { randomUUID } from 'node:crypto';
import { Conduct, Problem, type Permission } from '@annals/contracts';
import type { InternalCall } from '@annals/service';
import { requestContext, signedIn } from '@annals/testing';
import { takeoutRecorder } from './record-takeout.js';
import { requireAccountRight } from './require-account-right.js';
import { requireExportRight, rightsNow } from './rights-now.js';

const asker = { accountId: randomUUID(), userId: randomUUID(), sessionId: null, elevationId: null };
const refused = (code: string) => expect.objectContaining({ status: 403, code }) as Error;

/** Identity, as it answers this; with what it was asked. */
function identity(answer: unknown) {
  const calls: InternalCall[] = [];
  return {
    calls,
    call(call: InternalCall) {
      calls.push(call);
      return answer instanceof Problem
        ? Promise.reject(answer)
        : Promise.resolve({ status: 200, headers: {}, body: answer });
    },
  };
}

describe('the right to the data of an account', () => {
  const justNow = new Date().toISOString();
  const holding = (...permissions: Permission[]) => signedIn('ADMIN', { permissions, authenticated_at: justNow });

  it('is the permission, and who asks has just proven who they are', () => {
    const admin = holding('EXPORT_ACCOUNT_DATA');
    expect(() => requireAccountRight({ ...admin, timestamp: justNow }, 'of just now')).not.toThrow();
    expect(() => requireAccountRight(holding('MANAGE_ALL_USERS'))).toThrow(refused('permission-required'));
    const stale = { ...admin, timestamp: justNow, authenticated_at: '2026-01-01T00:00:00.000Z' };
    expect(() => requireAccountRight(stale, 'of just now')).toThrow(refused('reauthentication-required'));
    expect(() => requireAccountRight(stale)).not.toThrow();
  });

  it('is a super admin’s in an elevation and not otherwise', () => {
    const root = { ...holding(), is_super_admin: true };
    expect(() => requireAccountRight(root)).toThrow(refused('permission-required'));
    expect(() => requireAccountRight({ ...root, is_system_admin_access: true })).not.toThrow();
  });

  it('is looked up when the work is done', async () => {
    const held = identity({ permissions: ['EXPORT_ACCOUNT_DATA'] });
    await requireExportRight(held, asker, requestContext());
    expect(held.calls[0]).toMatchObject({
      ...{ method: 'POST', path: '/internal/authority', body: { permissions: ['EXPORT_ACCOUNT_DATA'] } },
      identity: { principal: 'svc:export', user_id: asker.userId, account_id: asker.accountId, permissions: [] },
    });
    await expect(requireExportRight(identity({ permissions: [] }), asker, requestContext())).rejects.toMatchObject({
      ...{ status: 403, code: 'permission-required' },
    });
    const over = new Problem(403, 'elevation-ended', 'Your time in this account is over');
    await expect(requireExportRight(identity(over), asker, requestContext())).rejects.toBe(over);
    await expect(
      rightsNow(identity({ permissions: ['FLY'] }), asker, ['READ_PII'], requestContext()),
    ).rejects.toThrow();
  });
});

describe('that an account’s data is taken', () => {
  const admin = signedIn('ADMIN', { elevation_id: randomUUID() });
  const [exportId, commandId] = [randomUUID(), randomUUID()];

  it('is told to identity as their reading about others, the same however often', async () => {
    const told = identity(undefined);
    for (let n = 0; n < 2; n++) await takeoutRecorder(told)(admin, exportId, commandId);
    const [first, second] = told.calls.map(({ body }) => Conduct.parse(body));
    expect(first).toMatchObject({
      by: { kind: 'user', elevation_id: admin.elevation_id },
      fact: {
        type: 'PersonalDataRead',
        data: { user_id: admin.user_id, account_id: admin.account_id, thing_id: exportId },
      },
    });
    expect(second!.id).toBe(first!.id);
    expect(told.calls[0]!.identity).toMatchObject({ principal: 'svc:export', user_id: admin.user_id });
  });

  it('is not done when that cannot be put on record', async () => {
    const away = new Problem(503, 'service-unreachable', 'away');
    await expect(takeoutRecorder(identity(away))(admin, exportId, commandId)).rejects.toBe(away);
    const nobody = signedIn('ADMIN', { account_id: null });
    await expect(takeoutRecorder(identity(undefined))(nobody, exportId, commandId)).rejects.toThrow('a person of it');
  });
});
