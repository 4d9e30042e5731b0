import {
  createAccountRoute,
  disableUserRoute,
  downloadExportRoute,
  endMembershipRoute,
  getExportRoute,
  listAuditLogsRoute,
  listDisclosuresRoute,
  loginRoute,
  patchPrivacyRoute,
  previewProfileRoute,
  replacePrivacyRoute,
  replaceProfileRoute,
  requestExportRoute,
  switchAccountRoute,
  trackActivityRoute,
} from '@annals/contracts';
import { createClient, type Client } from '@annals/client';
import { resolve } from 'node:path';
import { patientCall } from './raw-call.js';
import { demoPassword } from './sign-ins.js';
import { launchStack, type LaunchedStack } from './story/launched-stack.js';

interface Person {
  client: Client;
  bearer: string;
  userId: string;
  account: string;
}

jest.setTimeout(180_000);
let stack: LaunchedStack;
let vera: Person;
let mary: Person;
let admin: Person;
let stranger: Person;

async function enter(email: string): Promise<Person> {
  const client = createClient({ baseUrl: stack.api });
  const { body } = await client.call(loginRoute, { body: { email, password: demoPassword } });
  if (!('access_token' in body)) throw new Error(`${email} is asked for a second factor`);
  client.signIn({ token: body.access_token });
  return { client, bearer: body.access_token, userId: body.user_id, account: body.account_id! };
}

const privacy = { fields: { name: 'public', bio: 'account', location: 'private' } } as const;
const said = {
  ...{ name: 'Vera V.', bio: 'Reads a lot', location: 'Graz', phone_number: '+43 316 123456' },
  emergency_contact: { name: 'Otto', phone_number: '+43 316 654321', relationship: 'brother' },
};

beforeAll(async () => {
  stack = await launchStack(resolve(__dirname, '../../..'));
  vera = await enter('viewer@acme.test');
  mary = await enter('manager@acme.test');
  admin = await enter('admin@acme.test');
  stranger = await enter('admin@globex.test');
  await vera.client.call(replaceProfileRoute, { body: said });
  await vera.client.call(replacePrivacyRoute, { body: privacy });
});
afterAll(() => stack?.end());

const get = (path: string, bearer?: string) =>
  patientCall(`${stack.api}${path}`, { headers: bearer ? [['authorization', `Bearer ${bearer}`]] : [] });
const veraAsSeenBy = (who: Person, query = '') => get(`/users/${vera.userId}/profile${query}`, who.bearer);
const inPublic = (bearer?: string) => get(`/public/accounts/${vera.account}/profiles/${vera.userId}`, bearer);

/** Until something is so. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${what} did not come within 60 s`);
}
const inLog = (event_type: string, actor: string) =>
  until(event_type, async () => {
    const { body } = await admin.client.call(listAuditLogsRoute, { query: { event_type, actor } });
    return body.data[0];
  });

describe('through the gateway, a profile', () => {
  it('is all there for the person, as decided for members, also an ADMIN, and not there for strangers', async () => {
    expect((await veraAsSeenBy(vera)).json).toMatchObject({
      ...said,
      phone_number: expect.any(String) as string,
      emergency_contact: { name: 'Otto' },
    });
    const seen = await veraAsSeenBy(mary);
    expect(seen.json).toMatchObject({ name: 'Vera V.', bio: 'Reads a lot', location: null, phone_number: null });
    expect((await veraAsSeenBy(admin)).text).toBe(seen.text);
    const known = await patientCall(`${stack.api}/users/${vera.userId}/profile`, {
      headers: [
        ['authorization', `Bearer ${mary.bearer}`],
        ['if-none-match', String(seen.headers.etag)],
      ],
    });
    expect([known.status, known.text]).toEqual([304, '']);
    const foreign = await veraAsSeenBy(stranger);
    expect(foreign).toMatchObject({ status: 404, json: { code: 'member-unknown' } });
    expect((await veraAsSeenBy({ ...mary, bearer: 'nonsense' })).status).toBe(401);
  });

  it('is the account’s own where the same person has another one elsewhere', async () => {
    const { client } = await enter('viewer@acme.test');
    const { body: workshop } = await client.call(createAccountRoute, { body: { name: 'Workshop of Vera' } });
    const { body } = await until('the membership', () =>
      client.call(switchAccountRoute, { body: { account_id: workshop.id } }).catch(() => undefined),
    );
    client.signIn({ token: body.access_token });
    await client.call(replaceProfileRoute, { body: { name: 'Boss' } });
    expect((await get(`/users/${vera.userId}/profile`, body.access_token)).json).toMatchObject({ name: 'Boss' });
    expect((await veraAsSeenBy(mary)).json).toMatchObject({ name: 'Vera V.', account_id: vera.account });
  });

  it('is public only as far as decided, with a token, without, and with one that is none; limited by address', async () => {
    const seen = await inPublic();
    expect(seen.json).toMatchObject({ name: 'Vera V.', bio: null, phone_number: null, emergency_contact: null });
    expect(seen.headers).toMatchObject({
      'cache-control': 'public, max-age=60',
      ratelimit: expect.any(String) as string,
    });
    for (const bearer of [mary.bearer, stranger.bearer, 'nonsense'])
      expect((await inPublic(bearer)).text).toBe(seen.text);
    const shy = await get(`/public/accounts/${mary.account}/profiles/${mary.userId}`);
    expect(shy).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
  });

  it('is previewed byte for byte as others get it', async () => {
    const preview = async (query: { as: 'account' | 'public' | 'member'; user_id?: string }) =>
      JSON.stringify((await vera.client.call(previewProfileRoute, { query })).body.profile);
    expect(await preview({ as: 'account' })).toBe((await veraAsSeenBy(mary)).text);
    expect(await preview({ as: 'member', user_id: admin.userId })).toBe((await veraAsSeenBy(admin)).text);
    expect(await preview({ as: 'public' })).toBe((await inPublic()).text);
  });

  it('is shown to staff for a reason alone, which the log and the person are told; a refusal is told to the log', async () => {
    const why = '?reveal=true&reason=Nobody%20has%20heard%20of%20her';
    expect(await veraAsSeenBy(mary, why)).toMatchObject({ status: 403, json: { code: 'permission-required' } });
    expect(await inLog('AccessDenied', mary.userId)).toMatchObject({
      outcome: 'denied',
      changes: { operation: { new: 'getMemberProfile' }, code: { new: 'permission-required' } },
    });
    expect(await veraAsSeenBy(admin, '?reveal=true')).toMatchObject({ status: 400, json: { code: 'reason-required' } });
    expect((await veraAsSeenBy(admin, why)).text).toBe((await veraAsSeenBy(vera)).text);
    const { body } = await vera.client.call(listDisclosuresRoute, {});
    expect(body.data).toMatchObject([{ viewer_id: admin.userId, reason: 'Nobody has heard of her' }]);
    expect(await inLog('ProfileDisclosed', admin.userId)).toMatchObject({
      ...{ entity_id: vera.userId, id: body.data[0]!.id },
      changes: { reason: { new: 'Nobody has heard of her' }, fields: { new: body.data[0]!.fields } },
    });
  });

  it('is exported whole to the person, with what was decided and who was shown it', async () => {
    const { body: asked } = await vera.client.call(requestExportRoute, { body: {} });
    const params = { export_id: asked.id };
    await until('the export', async () => {
      const { body } = await vera.client.call(getExportRoute, { params });
      if (body.status === 'failed') throw new Error(JSON.stringify(body.error));
      return body.status === 'succeeded' ? true : undefined;
    });
    const path = downloadExportRoute.definition.path.replace('{export_id}', asked.id);
    const { parts } = (await get(path, vera.bearer)).json as { parts: Record<string, unknown> };
    expect(parts).toMatchObject({
      profile: { name: 'Vera V.', location: 'Graz', emergency_contact: { name: 'Otto' } },
      privacy: { fields: { name: 'public', bio: 'account', location: 'private' } },
      disclosures: [{ viewer_id: admin.userId }],
      avatar: null,
    });
    expect(Object.keys(parts)).toEqual(expect.arrayContaining(['verification', 'preferences']));
  });

  it('has its person tracked only while they consent', async () => {
    const track = async () => (await vera.client.call(trackActivityRoute, { body: { type: 'page_view' } })).body;
    expect(await track()).toEqual({ accepted: 0, ids: [], consented: false });
    await vera.client.call(patchPrivacyRoute, { body: { activity_tracking: true } });
    await until('the consent', async () => ((await track()).consented ? true : undefined));
    await vera.client.call(patchPrivacyRoute, { body: { activity_tracking: false } });
    await until('its end', async () => ((await track()).consented ? undefined : true));
  });

  it('is gone for members when the membership ends, and in public when the person is disabled', async () => {
    const editor = await enter('editor@acme.test');
    const path = `/users/${editor.userId}/profile`;
    expect((await get(path, mary.bearer)).status).toBe(200);
    await admin.client.call(endMembershipRoute, { params: { id: editor.account, user_id: editor.userId } });
    const gone = async (asked: ReturnType<typeof get>) => ((await asked).status === 404 ? true : undefined);
    await until('the end', () => gone(get(path, mary.bearer)));
    await admin.client.call(disableUserRoute, { params: { id: vera.userId }, body: {} });
    await until('the closed door', () => gone(inPublic()));
    expect((await veraAsSeenBy(mary)).status).toBe(200);
  });
});
