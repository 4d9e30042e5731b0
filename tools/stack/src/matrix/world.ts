import { randomUUID } from 'node:crypto';
import {
  addVerificationDocumentRoute,
  createAccountRoute,
  createExportScheduleRoute,
  createApiKeyRoute,
  createInvitationRoute,
  defineRoleRoute,
  disableUserRoute,
  giveFeedbackRoute,
  importDataRoute,
  listAuditLogsRoute,
  loginRoute,
  patchProfileRoute,
  requestErasureRoute,
  requestExportRoute,
  requestVerificationRoute,
  startElevationRoute,
  switchAccountRoute,
  uploadAvatarRoute,
} from '@annals/contracts';
import { createClient, type Client } from '@annals/client';
import { rawCall } from '../raw-call.js';
import { demoPassword } from '../sign-ins.js';
import type { Actor } from './expectations.js';
import type { Thing } from './foreign-ids.js';

/** Somebody who can ask, and the account that their requests name. */
export interface Asker {
  /** Bearer token; null: none is sent. */
  bearer: string | null;
  account: string | null;
  userId: string;
  sessionId: string;
  deviceId: string;
}

/** One account with one of everything in it, and everybody who might want it. */
export interface World {
  askers: Readonly<Record<Actor, Asker>>;
  /** Ids of things of the account. */
  ids: Readonly<Record<Thing, string>>;
}

type Person = Asker & { client: Client };

/** Signs everybody in at a seeded stack and makes the things that are worth taking. */
export async function buildWorld(api: string): Promise<World> {
  const admin = await enter(api, 'admin@acme.test', 'acme');
  const acme = admin.account!;
  const foreign = await enter(api, 'admin@globex.test', 'globex');
  const intruder = await enterNowhere(api, foreign);
  const viewer = await enter(api, 'viewer@acme.test', 'acme');
  const suspended = await enter(api, 'editor@acme.test', 'acme');
  const [root, visitor] = [await enter(api, 'root@annals.test'), await enter(api, 'root@annals.test')];
  const key = await admin.client.call(createApiKeyRoute, { body: { name: 'No scope', scopes: ['VIEW_CONTENT'] } });
  const reason = 'to see that the matrix holds';
  const elevation = await visitor.client.call(startElevationRoute, { body: { account_id: acme, reason } });
  const visit = await visitor.client.call(switchAccountRoute, { body: { account_id: acme } });
  const ids = await things(admin, viewer, { key: key.body.id, elevation: elevation.body.id });
  await admin.client.call(disableUserRoute, { params: { id: suspended.userId }, body: {} });
  await untilRefused(api, suspended.bearer!);
  return {
    ids,
    askers: {
      ...{ admin, suspended, low_role: viewer, owner: viewer, stranger: foreign },
      anonymous: { ...viewer, bearer: null, account: null },
      intruder: { ...intruder, account: acme },
      super_admin: { ...root, account: acme },
      elevated: { ...visitor, bearer: visit.body.access_token, account: acme },
      api_key: { ...viewer, bearer: key.body.key, account: acme },
    },
  };
}

async function enter(api: string, email: string, account?: string): Promise<Person> {
  const client = createClient({ baseUrl: api });
  const { body } = await client.call(loginRoute, { body: { email, password: demoPassword, account } });
  if (!('access_token' in body)) throw new Error(`${email} is asked for a second factor`);
  client.signIn({ token: body.access_token });
  const { access_token, account_id, user_id, session_id, device_id } = body;
  return {
    bearer: access_token,
    account: account_id,
    userId: user_id,
    sessionId: session_id,
    deviceId: device_id,
    client,
  };
}

/**
 * A token that names no account, as people with several get: so it is the membership that is asked for, and not only
 * whether names agree.
 */
async function enterNowhere(api: string, { client }: Person): Promise<Person> {
  await client.call(createAccountRoute, { body: { name: 'Another of Globex' } });
  return untilSome(async () => {
    const person = await enter(api, 'admin@globex.test');
    return person.account === null ? person : undefined;
  });
}

async function things(admin: Person, viewer: Person, made: { key: string; elevation: string }): Promise<World['ids']> {
  const { client } = admin;
  const account = admin.account!;
  const role = await client.call(defineRoleRoute, { body: { name: 'Matrix', permissions: [] } });
  const invitation = await client.call(createInvitationRoute, {
    params: { id: account },
    body: { email: 'invited@acme.test' },
  });
  const download = await client.call(requestExportRoute, { body: {} });
  const upload = await client.call(importDataRoute, {
    fields: { kind: 'self', format: 'json' },
    file: { content: Buffer.from('{"preferences":{}}'), type: 'application/json' },
  });
  const schedule = await client.call(createExportScheduleRoute, { body: { cron: '@yearly' } });
  // Days from now: nothing of it happens while the matrix is asked.
  const erasure = await client.call(requestErasureRoute, { body: { user_id: viewer.userId } });
  const verification = await verificationOf(viewer);
  const feedback = await viewer.client.call(giveFeedbackRoute, { body: { rating: 4 } });
  const entry = await untilSome(async () => {
    const { body } = await client.call(listAuditLogsRoute, { query: { limit: 1 } });
    return body.data[0]?.id;
  });
  return {
    ...{
      account,
      ...made,
      role: role.body.id,
      invitation: invitation.body.id,
      export: download.body.id,
      import: upload.body.id,
      erasure: erasure.body.id,
      schedule: schedule.body.id,
      entry,
      feedback: feedback.body.id,
    },
    ...{ user: viewer.userId, session: admin.sessionId, device: admin.deviceId },
    ...verification,
    ...{ avatar: await avatarOf(viewer), picture: '64.webp' },
    // Nobody has one here: unknown ids, as anybody may guess.
    ...{ passkey: randomUUID(), provider: '0'.repeat(32), parked: 'identity-event-999999' },
  };
}

/** A request that is open, and the document that is its evidence. */
async function verificationOf({ client }: Person): Promise<Pick<World['ids'], 'verification' | 'document'>> {
  await client.call(patchProfileRoute, { body: { location: 'London' } });
  const file = { content: Buffer.from('%PDF-1.7'), type: 'application/pdf' };
  const document = await client.call(addVerificationDocumentRoute, { file });
  const evidence = [{ type: 'document' as const, document_id: document.body.id }];
  const request = await client.call(requestVerificationRoute, { body: { fields: ['location'], evidence } });
  return { verification: request.body.id!, document: document.body.id };
}

/** A picture that members see. */
async function avatarOf({ client }: Person): Promise<string> {
  const file = { content: Buffer.from(onePixel, 'base64'), type: 'image/png' };
  return (await client.call(uploadAvatarRoute, { file })).body.id;
}
const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Disabling is effective everywhere within a second. */
async function untilRefused(api: string, bearer: string): Promise<void> {
  await untilSome(async () => {
    const { status } = await rawCall(`${api}/me/context`, { headers: [['authorization', `Bearer ${bearer}`]] });
    return status === 401 ? true : undefined;
  });
}

async function untilSome<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('what was awaited did not come within 60 s');
    await new Promise((done) => setTimeout(done, 50));
  }
}
