import { buffer } from 'node:stream/consumers';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiProblem, createClient, signedIn, type Client } from '@annals/client';
import {
  createAccountRoute,
  defineRoleRoute,
  downloadExportRoute,
  getExportRoute,
  getImportRoute,
  importDataRoute,
  listImportErrorsRoute,
  loginRoute,
  requestExportRoute,
  type ImportOperation,
} from '@annals/contracts';
import { demoPassword } from '../sign-ins.js';
import { ownRoles } from './shapes.js';

/** The administrator of an account of an installation, who has just proved who they are. */
export interface Desk {
  api: string;
  account: string;
}

async function enter({ api, account }: Desk): Promise<Client> {
  const client = createClient({ baseUrl: api, timeoutMs: 120_000 });
  const { body } = await client.call(loginRoute, {
    body: { email: 'admin@acme.test', password: demoPassword, account },
  });
  const { access_token: token, refresh_token: refreshToken } = signedIn(body);
  client.signIn({ token, refreshToken });
  return client;
}

/** An account with the roles that people are given, and nobody in it but its administrator. */
export async function openEmpty(api: string, slug: string): Promise<Desk> {
  const admin = await enter({ api, account: 'acme' });
  const { body } = await admin.call(createAccountRoute, { body: { name: `Round trip ${slug}`, slug } });
  const there = await enter({ api, account: body.slug });
  for (const name of ownRoles) await there.call(defineRoleRoute, { body: { name, permissions: [] } });
  return { api, account: body.slug };
}

export interface Sent {
  content: Uint8Array<ArrayBuffer>;
  type: string;
  format: 'json' | 'csv';
}

/** An import that was asked for. */
export interface Begun {
  look(): Promise<ImportOperation>;
  /** The first problems of its rows. */
  problems(): Promise<unknown>;
}

export async function beginImport(desk: Desk, { content, type, format }: Sent): Promise<Begun> {
  const client = await enter(desk);
  const { body } = await client.call(importDataRoute, { file: { content, type }, fields: { kind: 'members', format } });
  const params = { import_id: body.id };
  return {
    look: async () => (await client.call(getImportRoute, { params })).body,
    problems: async () => (await client.call(listImportErrorsRoute, { params, query: { limit: 5 } })).body.data,
  };
}

/** Waits until an import is over. @throws Error with what was refused when it did not take everybody */
export async function endOf(begun: Begun, patienceMs: number): Promise<ImportOperation> {
  const ended = await whenOver(() => begun.look(), patienceMs);
  if (ended.status === 'succeeded' && ended.outcomes.refused === 0) return ended;
  throw new Error(`${ended.status}: ${JSON.stringify([ended.error, ended.outcomes, await begun.problems()])}`);
}

/** Sends a file, and waits until it is applied. @throws Error as `endOf` */
export const importFile = async (desk: Desk, file: Sent, patienceMs = 60_000): Promise<ImportOperation> =>
  endOf(await beginImport(desk, file), patienceMs);

/** The document of an account, as its administrator takes it along. */
export async function exportAccount(
  desk: Desk,
  format: 'json' | 'csv',
  patienceMs = 60_000,
): Promise<Uint8Array<ArrayBuffer>> {
  const client = await enter(desk);
  const wish = { formats: [format], scope: 'account' as const, include: ['members' as const] };
  const { body } = await client.call(requestExportRoute, { body: wish });
  const params = { export_id: body.id };
  const look = async () => (await client.call(getExportRoute, { params })).body;
  const { status, error } = await whenOver(look, patienceMs);
  if (status !== 'succeeded') throw new Error(`the export ${status}: ${JSON.stringify(error)}`);
  // Making it may have taken longer than a proof counts.
  const again = await enter(desk);
  const { body: stream } = await again.call(downloadExportRoute, { params });
  return new Uint8Array(await buffer(stream as WebStream<Uint8Array>));
}

/** Looks at an operation until it has ended, also while it cannot be shown. @throws Error when it takes too long */
async function whenOver<O extends { finished_at: string | null }>(
  look: () => Promise<O>,
  patienceMs: number,
): Promise<O> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const seen = await look().catch((error: unknown) => {
      if (error instanceof ApiProblem && error.status === 503) return error.code;
      throw error;
    });
    if (typeof seen !== 'string' && seen.finished_at !== null) return seen;
    if (Date.now() > deadline) throw new Error(`not over after ${patienceMs} ms: ${JSON.stringify(seen)}`);
    await pause(200);
  }
}

/** Members as lines of JSON, a form that any system can write. */
export const linesOf = (members: readonly unknown[]): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(members.map((member) => `${JSON.stringify(member)}\n`).join(''));

interface Item {
  user: { email: string; name: string; profile_image: string | null };
  membership: { role: string; roles: { name: string }[] };
  profile: unknown;
  privacy: unknown;
  preferences: unknown;
}

/** What a document says of everybody but its administrator, by address: without ids and times, which are of one place. */
export function membersIn(document: Uint8Array): Map<string, unknown> {
  const { parts } = JSON.parse(Buffer.from(document).toString('utf8')) as { parts: { members: Item[] } };
  const people = parts.members.filter(({ user }) => user.email !== 'admin@acme.test');
  return new Map(
    people.map(({ user: { email, name, profile_image }, membership, profile, privacy, preferences }) => [
      email,
      {
        ...{
          email,
          name,
          profile_image,
          role: membership.role,
          roles: membership.roles.map((role) => role.name).sort(),
        },
        ...{ profile, privacy, preferences },
      },
    ]),
  );
}
