import { createHash, randomBytes } from 'node:crypto';
import { createClient, readEvents } from '@annals/client';
import {
  downloadExportRoute,
  ExportManifest,
  followExportRoute,
  getDirectoryRoute,
  getMemberProfileRoute,
  getMyContextRoute,
  getProfileRoute,
  listAuditLogsRoute,
  listSessionsRoute,
  patchAccountPreferencesRoute,
  patchPreferencesRoute,
  patchProfileRoute,
  refreshRoute,
  requestExportRoute,
  terminateSessionRoute,
} from '@annals/contracts';
import { demoPassword } from '../sign-ins.js';
import { promised, refused } from './expectations.js';
import { registerAndVerify, signIn, type SignedInPerson } from './sign-up.js';

export interface Stage {
  /** The API with its base path. */
  api: string;
  /** Told each step and what was seen. */
  readonly tell: (step: string, seen: string) => void;
  /** Runs one of the command-line tools and gives what it printed. */
  readonly tool: (name: 'replay' | 'trace', args: readonly string[]) => Promise<string>;
  /** Kills every process with SIGKILL and comes back when the gateway is ready again. */
  readonly crash: () => Promise<void>;
}

/**
 * The whole story through the gateway, told to `stage`.
 * @throws BrokenPromise at the first step that goes otherwise
 */
export async function tellStory(stage: Stage): Promise<void> {
  const ada = await arrive(stage);
  const change = await changeProfile(stage, ada);
  await stayApart(stage, ada);
  await readAudit(stage, ada, change);
  await endOtherDevice(stage, ada);
  await takeDataAway(stage, ada);
  await lookBack(stage, ada, change);
  await survive(stage, ada);
}

/** The part of the story that needs neither demo data nor the tools of this machine: any installation can tell it. */
export async function tellOwnStory(stage: Pick<Stage, 'api' | 'tell'>, person: SignedInPerson): Promise<void> {
  const change = await changeProfile(stage, person);
  await readAudit(stage, person, change);
  await endOtherDevice(stage, person);
  await takeDataAway(stage, person);
}

async function arrive({ api, tell }: Stage): Promise<SignedInPerson> {
  const email = `ada.${randomBytes(4).toString('hex')}@example.test`;
  await registerAndVerify(api, email, demoPassword, 'Ada Lovelace');
  tell('Register, open the verification mail, follow its link', email);
  const ada = await signIn(api, { email, password: demoPassword, device: 'Laptop' });
  const { body: context } = await ada.client.call(getMyContextRoute);
  promised(
    context.account_id === ada.accountId && context.role === 'ADMIN',
    'a new person is ADMIN of the home account',
  );
  tell('Sign in; the home account is the context', `account ${context.account_slug}, role ${context.role}`);
  return ada;
}

export interface Change {
  requestId: string;
  traceId: string;
  /** Revision of the profile before the second change. */
  revisionBefore: string;
}

async function changeProfile(
  { tell }: Pick<Stage, 'tell'>,
  { client, userId, accountId }: SignedInPerson,
): Promise<Change> {
  const first = await client.call(patchProfileRoute, { body: { bio: 'Writes programs', location: 'London' } });
  promised(first.etag !== null, 'a write answers an ETag');
  const second = await client.call(patchProfileRoute, { body: { location: 'Turin' }, ifMatch: first.etag });
  const stale = await refused(
    client.call(patchProfileRoute, { body: { location: 'Paris' }, ifMatch: first.etag }),
    412,
  );
  tell('Change the profile twice with If-Match; a stale one is refused', `${stale.status} ${stale.code}`);
  await client.call(patchPreferencesRoute, { body: { theme: { mode: 'dark' }, timezone: 'Europe/London' } });
  const defaults = { theme: { mode: 'light', font: 'serif' } } as const;
  await client.call(patchAccountPreferencesRoute, { params: { id: accountId }, body: defaults });
  const { preferences } = (await client.call(getMyContextRoute, { query: { include: 'preferences' } })).body;
  promised(preferences?.theme.mode === 'dark', 'the context brings what she chose herself');
  promised(preferences?.theme.font === 'serif', 'and what her account chose where she has not, as just written');
  const own = await client.call(getProfileRoute);
  promised(own.body.location === 'Turin', 'the owner reads the last write');
  // The read model answers here; the client sends the position of its own last write, so it is never stale.
  const seen = await client.call(getMemberProfileRoute, { params: { user_id: userId } });
  promised(seen.body.location === 'Turin', 'the read model has the last write as well');
  await client.call(patchProfileRoute, { body: { name: 'Augusta Ada Lovelace' } });
  const { data } = (await client.call(getDirectoryRoute, { query: { q: 'ada lovelase' } })).body;
  promised(data[0]?.user_id === userId, 'the directory finds her at once, slips forgiven');
  tell(
    'Read it back at the returned position: never stale',
    `location ${seen.body.location}, position ${second.position}`,
  );
  promised(second.requestId !== null && second.traceId !== null, 'an answer carries request and trace id');
  return { requestId: second.requestId, traceId: second.traceId, revisionBefore: first.etag.replaceAll('"', '') };
}

async function stayApart({ api, tell }: Stage, ada: SignedInPerson): Promise<void> {
  const globex = await signIn(api, { email: 'admin@globex.test', password: demoPassword, device: 'Desk' });
  const missing = await refused(globex.client.call(getMemberProfileRoute, { params: { user_id: ada.userId } }), 404);
  const forbidden = await refused(ada.client.withAccount(globex.accountId).call(getProfileRoute), 403);
  const { body } = await globex.client.call(listAuditLogsRoute, { query: { entity_id: ada.userId } });
  promised(body.data.length === 0, 'the audit log of another account holds nothing about her');
  // One person in two accounts has the same user id in both: two profiles, and neither sees the other.
  const both = { email: 'both@annals.test', password: demoPassword, device: 'Phone' };
  const inAcme = await signIn(api, { ...both, account: 'acme' });
  const inGlobex = await signIn(api, { ...both, account: 'globex' });
  promised(inAcme.userId === inGlobex.userId, 'one person, one id');
  await inAcme.client.call(patchProfileRoute, { body: { bio: 'Only acme knows this' } });
  const elsewhere = await inGlobex.client.call(getProfileRoute);
  promised(elsewhere.body.bio !== 'Only acme knows this', 'the same user id in another account is another profile');
  tell(
    'A second tenant with identical ids sees nothing',
    `${missing.status} ${missing.code}, ${forbidden.status} ${forbidden.code}`,
  );
}

async function readAudit({ tell }: Pick<Stage, 'tell'>, ada: SignedInPerson, change: Change): Promise<void> {
  const { body } = await ada.client.call(listAuditLogsRoute, { query: { request_id: change.requestId } });
  const entry = body.data[0];
  promised(entry !== undefined, 'the change is in the audit log');
  const location = entry.changes.location;
  promised(location?.old === 'London' && location.new === 'Turin', 'the audit log has the old and the new value');
  promised(entry.trace_id === change.traceId, 'the audit log has the trace id of the request');
  tell(
    'The audit log shows the change',
    `location: ${String(location.old)} → ${String(location.new)}, trace ${entry.trace_id}`,
  );
}

async function endOtherDevice({ api, tell }: Pick<Stage, 'api' | 'tell'>, ada: SignedInPerson): Promise<void> {
  const phone = await signIn(api, { email: ada.email, password: demoPassword, device: 'Phone' });
  // It sends the position of its own sign-in, so its list is at least that fresh.
  const { body } = await phone.client.call(listSessionsRoute);
  promised(body.data.length === 2, `both sessions are listed, not ${body.data.length}`);
  await phone.client.call(getMyContextRoute);
  await ada.client.call(terminateSessionRoute, { params: { session_id: phone.sessionId } });
  const gone = await refused(phone.client.call(getMyContextRoute), 401);
  await ada.client.call(getMyContextRoute);
  tell('End the session of a second device: its token stops at once', `${gone.status} ${gone.code}`);
}

async function takeDataAway({ tell }: Pick<Stage, 'tell'>, { client, userId }: SignedInPerson): Promise<void> {
  const { body: operation } = await client.call(requestExportRoute, { body: {} });
  const params = { export_id: operation.id };
  const followed = await client.call(followExportRoute, { params });
  const progress: number[] = [];
  for await (const event of readEvents(followed.body)) {
    const now = JSON.parse(event.data) as typeof operation;
    progress.push(now.progress.percent);
    promised(now.status !== 'failed', `the export does not fail: ${now.error?.detail ?? ''}`);
    if (now.status === 'succeeded') break;
  }
  const { body: stream } = await client.call(downloadExportRoute, { params });
  const document = (await new Response(stream).json()) as { manifest: unknown; parts: Record<string, unknown> };
  const manifest = ExportManifest.parse(document.manifest);
  for (const { part, sha256 } of manifest.parts) {
    const actual = createHash('sha256').update(JSON.stringify(document.parts[part])).digest('hex');
    promised(actual === sha256, `the manifest's digest of ${part} fits`);
  }
  promised(manifest.user_id === userId, 'the export is about her');
  promised(JSON.stringify(document.parts.profile).includes('Turin'), 'the export holds the profile');
  const again = await refused(client.call(downloadExportRoute, { params }), 410);
  tell(
    'Export my data, watch progress, download, check the manifest',
    `${progress.join(' % → ')} %, ${manifest.parts.length} parts; again: ${again.code}`,
  );
}

async function lookBack({ tool, tell }: Stage, ada: SignedInPerson, change: Change): Promise<void> {
  const stream = `profile-${ada.accountId}_${ada.userId}`;
  const before = await tool('replay', ['state', stream, '--at', change.revisionBefore]);
  const now = await tool('replay', ['state', stream]);
  promised(before.includes('"location"') && before !== now, 'replay shows the profile as it was before the change');
  promised(!before.includes('London'), 'replay masks personal fields');
  tell('Replay: the profile before the change, personal fields masked', `\n${before}`);
  const tree = await tool('trace', [change.requestId]);
  for (const part of ['gateway', 'profile', 'append profile', 'project ', 'activity']) {
    promised(tree.includes(part), `the trace shows "${part}":\n${tree}`);
  }
  tell('Trace the request: gateway, profile, append, projections, activity in one tree', `\n${tree}`);
}

async function survive(stage: Stage, ada: SignedInPerson): Promise<void> {
  await stage.crash();
  const profile = await ada.client.call(getProfileRoute);
  promised(profile.body.location === 'Turin' && profile.body.bio === 'Writes programs', 'nothing is lost');
  const anew = createClient({ baseUrl: stage.api });
  const { body } = await anew.call(refreshRoute, { body: { refresh_token: ada.refreshToken } });
  anew.signIn({ token: body.access_token });
  const { body: audit } = await anew.call(listAuditLogsRoute, { query: { entity: 'Profile' } });
  promised(audit.data.length >= 2, 'the audit log is whole');
  stage.tell(
    'Kill everything with -9 and start again: nothing lost, logins still valid',
    `location ${profile.body.location}`,
  );
}
