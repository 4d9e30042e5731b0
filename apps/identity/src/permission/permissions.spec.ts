import { startTestStores } from '@annals/testing';
import { demoPeopleOf, type DemoPerson } from '../testing/demo-people.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
let ada: DemoPerson;
let vera: DemoPerson;
let gus: DemoPerson;
let inOffice: string;
let writer: string;

const office = [{ kind: 'ip_range', ranges: ['203.0.113.0/24'] }];
const own = [{ kind: 'own' }];
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const define = async (body: Record<string, unknown>) => String((await ada.call('POST', '/roles', { body })).body.id);
const give = (role_id: string, over: Record<string, unknown> = {}) =>
  ada.call('POST', `/users/${vera.user_id}/roles`, { body: { role_id, ...over } });

beforeAll(async () => {
  ({ ada, vera, gus } = await demoPeopleOf(service(), {
    ...{ ada: 'admin@acme.test', vera: 'viewer@acme.test', gus: 'admin@globex.test' },
  }));
  inOffice = await define({
    name: 'In the office',
    parent: 'AUTHOR',
    permissions: [{ permission: 'VIEW_ANALYTICS', conditions: office }],
  });
  writer = await define({
    name: 'Writer',
    parent: inOffice,
    permissions: [{ permission: 'DELETE_CONTENT', conditions: own }],
  });
  await give(writer, { expires_at: inHours(2), reason: 'helps out' });
  await give('EDITOR', { valid_from: inHours(1) });
});

describe('what somebody may do', () => {
  const explain = (permission: string, who = ada) =>
    who.call('GET', `/users/${vera.user_id}/permissions?explain=${permission}`);

  it('is shown with every way that leads to it', async () => {
    const { body } = await explain('VIEW_CONTENT');
    expect(body).toMatchObject({
      ...{ user_id: vera.user_id, role: 'VIEWER', roles: ['VIEWER', writer] },
      permissions: [
        {
          ...{ permission: 'VIEW_CONTENT', granted: true },
          paths: [
            { role: { source: 'membership', role_id: 'VIEWER' }, via: [{ role_id: 'VIEWER' }], grants: true },
            {
              role: { source: 'grant', role_id: writer, reason: 'helps out', assigned_by_id: ada.user_id },
              via: [{ name: 'Writer' }, { name: 'In the office' }, { name: 'AUTHOR' }],
              grants: true,
            },
            { role: { role_id: 'EDITOR', state: 'scheduled' }, grants: false },
          ],
        },
      ],
    });
  });

  it('says which conditions hold now: for oneself, from where one asks', async () => {
    const path = (holds: boolean) => ({
      permissions: [{ granted: holds, paths: [{ conditions: [{ condition: office[0], holds }], grants: holds }] }],
    });
    expect((await explain('VIEW_ANALYTICS', vera)).body).toMatchObject(path(true));
    expect((await explain('VIEW_ANALYTICS')).body).toMatchObject(path(false));
  });

  it('is answered also for what nobody granted', async () => {
    expect((await explain('READ_PII')).body.permissions).toEqual([
      { permission: 'READ_PII', granted: false, paths: [] },
    ]);
  });

  it('lists what has a way, and nothing else', async () => {
    const { body } = await ada.call('GET', `/users/${vera.user_id}/permissions`);
    const shown = body.permissions as { permission: string; granted: boolean }[];
    expect(shown.map(({ permission, granted }) => [permission, granted])).toEqual([
      ['CREATE_CONTENT', true],
      ['EDIT_ALL_CONTENT', false],
      ['EDIT_OWN_CONTENT', true],
      ['DELETE_CONTENT', false],
      ['PUBLISH_CONTENT', false],
      ['VIEW_CONTENT', true],
      ['VIEW_ANALYTICS', false],
    ]);
  });

  it('is for oneself, and for who manages roles', async () => {
    expect((await vera.call('GET', `/users/${vera.user_id}/permissions`)).status).toBe(200);
    expect((await vera.call('GET', `/users/${ada.user_id}/permissions`)).body.code).toBe('permission-required');
    expect((await ada.call('GET', `/users/${gus.user_id}/permissions`)).body.code).toBe('member-not-found');
  });
});

describe('checking permissions', () => {
  const check = async (who: DemoPerson, ...checks: Record<string, unknown>[]) => {
    const { status, body } = await who.call('POST', '/permissions/check', { body: { checks } });
    expect(status).toBe(200);
    return (body.data as { granted: boolean; reason: string; via: string[] | null }[]).map(
      ({ granted, reason, via }) => [granted, reason, via] as const,
    );
  };

  it('answers each in order, with the reason', async () => {
    expect(
      await check(
        vera,
        { permission: 'VIEW_CONTENT' },
        { permission: 'CREATE_CONTENT' },
        { permission: 'READ_PII' },
        { permission: 'DELETE_CONTENT' },
        { permission: 'DELETE_CONTENT', owner_id: ada.user_id },
        { permission: 'DELETE_CONTENT', owner_id: vera.user_id },
        { permission: 'VIEW_ANALYTICS' },
        { permission: 'VIEW_ANALYTICS', ip_address: '198.51.100.7' },
      ),
    ).toEqual([
      [true, 'granted', ['VIEWER']],
      [true, 'granted', [writer, inOffice, 'AUTHOR']],
      [false, 'not-held', null],
      [false, 'conditions-not-met', null],
      [false, 'conditions-not-met', null],
      [true, 'granted', [writer]],
      [true, 'granted', [writer, inOffice]],
      [false, 'conditions-not-met', null],
    ]);
  });

  it('can be asked for another moment', async () => {
    const permission = 'PUBLISH_CONTENT';
    expect(
      await check(
        vera,
        { permission },
        { permission, at: inHours(1.5) },
        { permission: 'CREATE_CONTENT', at: inHours(3) },
      ),
    ).toEqual([
      [false, 'not-held', null],
      [true, 'granted', ['EDITOR']],
      [true, 'granted', ['EDITOR']],
    ]);
  });

  it('about others needs the right, and knows no strangers', async () => {
    const about = (user_id: string) => ({ user_id, permission: 'MANAGE_ROLES' });
    const refused = await vera.call('POST', '/permissions/check', { body: { checks: [about(ada.user_id)] } });
    expect([refused.status, refused.body.code]).toEqual([403, 'permission-required']);
    expect(await check(ada, about(ada.user_id), about(vera.user_id), about(gus.user_id))).toEqual([
      [true, 'granted', ['ADMIN']],
      [false, 'not-held', null],
      [false, 'not-a-member', null],
    ]);
  });

  it('says what the context of the person says', async () => {
    const context = (await vera.context()) as { permissions: string[] };
    const { body } = await vera.call('GET', '/permissions');
    const all = (body.data as { name: string }[]).map(({ name }) => name);
    const checked = await check(vera, ...all.map((permission) => ({ permission, ip_address: '198.51.100.7' })));
    expect(all.filter((_, index) => checked[index]![0]).sort()).toEqual(context.permissions);
  });

  it.each([
    ['none', []],
    ['too many', Array.from({ length: 101 }, () => ({ permission: 'VIEW_CONTENT' }))],
    ['a permission that is none', [{ permission: 'FLY' }]],
    ['an unknown field', [{ permission: 'VIEW_CONTENT', sudo: true }]],
  ])('refuses %s', async (_, checks) => {
    const answer = await vera.call('POST', '/permissions/check', { body: { checks } });
    expect([answer.status, answer.body.code]).toEqual([400, 'body-invalid']);
  });
});
