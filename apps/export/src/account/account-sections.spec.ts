import { randomUUID } from 'node:crypto';
import {
  allEvents,
  headers,
  noPolicies,
  Problem,
  type CurrentUserContext,
  type ExportPart,
  type Permission,
  type TakenMember,
} from '@annals/contracts';
import { encodeTokens, uuidv7 } from '@annals/event-store';
import type { InternalCall } from '@annals/service';
import { requestContext, signedIn, testStores } from '@annals/testing';
import { standings } from '../standing/standing.js';
import { accountSections } from './account-sections.js';
import { askerOf } from './asker.js';
import type { ExportOf } from '../section/section.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';

const stores = testStores({ service: 'export', events: allEvents });
const admin = signedIn('ADMIN');
const at = '2026-03-01T12:00:00.000Z';

const member = (n: number): TakenMember => {
  const user_id = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
  const known = { email: `m${n}@acme.test`, name: `Member ${n}`, profile_image: null, status: 'active' };
  return {
    user: { user_id, ...known, email_verified: true, created_at: at },
    membership: { role: 'VIEWER', since: at, roles: [] },
  };
};

/** Identity and profile, as they answer about an account; what they were asked is kept. */
function owners(members: TakenMember[], held: Permission[] = ['READ_PII']) {
  const calls: InternalCall[] = [];
  const trouble: Problem[] = [];
  const answer = (body: unknown) => Promise.resolve({ status: 200, headers: {}, body });
  const identity = {
    call(call: InternalCall) {
      calls.push(call);
      const refusal = trouble.shift();
      if (refusal) return Promise.reject(refusal);
      const { pathname, searchParams } = new URL(call.path, 'http://identity');
      switch (pathname) {
        case '/internal/authority':
          return answer({ permissions: held });
        case '/internal/takeout/members': {
          const after = searchParams.get('after') ?? '';
          const rest = members.filter(({ user }) => user.user_id > after);
          const data = rest.slice(0, 100);
          return answer({ data, next: rest.length > 100 ? data.at(-1)!.user.user_id : null });
        }
        case '/internal/takeout/account':
          return answer({
            ...{ account_id: admin.account_id, kind: 'team', name: 'Acme', slug: 'acme', domain: null },
            ...{ policies: noPolicies, created_at: at },
          });
        case '/internal/takeout/roles':
          return answer({ data: [{ id: 'r1', name: 'Translator' }] });
        default:
          return answer({ data: [], next: null });
      }
    },
  };
  const profile = {
    call(call: InternalCall) {
      calls.push(call);
      if (call.method === 'GET') return answer({ preferences: { theme: { mode: 'dark' } } });
      const { user_ids } = call.body as { user_ids: string[] };
      const data = user_ids.map((user_id) => ({
        user_id,
        profile: { bio: user_id },
        privacy: null,
        preferences: null,
      }));
      return answer({ data });
    },
  };
  return { calls, trouble, members, sources: { store: stores().store, identity, profile } };
}

/** An export of an account that somebody asked for. */
async function asked(who: CurrentUserContext): Promise<ExportOf> {
  const ids = { account_id: who.account_id!, user_id: who.user_id!, export_id: randomUUID() };
  const wish = { formats: ['json'], scope: 'account', include: ['account'], limit_bytes: 1000, requested_at: at };
  await stores().store.execute(exportAggregate, exportId(ids.account_id, ids.export_id), {
    ...{ id: uuidv7(), context: who, now: at },
    decide: () => [{ type: 'ExportRequested', data: { ...ids, ...wish } }],
  });
  return { accountId: ids.account_id, userId: ids.user_id, exportId: ids.export_id };
}
const itemsOf = async (from: ReturnType<typeof owners>, part: ExportPart, who = admin) => {
  const [section] = accountSections(from.sources)([part], await asked(who), requestContext());
  return section!.items(new AbortController().signal);
};
const reader = async (from: ReturnType<typeof owners>, part: ExportPart) =>
  (await itemsOf(from, part))[Symbol.asyncIterator]();
async function read(
  from: ReturnType<typeof owners>,
  part: ExportPart,
  who = admin,
): Promise<Record<string, unknown>[]> {
  const items: unknown[] = [];
  for await (const item of await itemsOf(from, part, who)) items.push(item);
  return items as Record<string, unknown>[];
}
const idsIn = (items: Record<string, unknown>[]) => items.map(({ user }) => (user as { user_id: string }).user_id);

describe('the members of an account, as they are exported', () => {
  it('come each once, in the order of their ids, with two questions for a hundred of them', async () => {
    const from = owners(Array.from({ length: 250 }, (_, n) => member(n)));
    const items = await read(from, 'members');
    expect(idsIn(items)).toEqual(from.members.map(({ user }) => user.user_id));
    expect(items[7]).toEqual({
      ...from.members[7],
      ...{ profile: { bio: from.members[7]!.user.user_id }, privacy: null, preferences: null, restricted: false },
    });
    expect(from.calls.map(({ path }) => path.split('?')[0])).toEqual([
      '/internal/authority',
      ...Array.from({ length: 3 }, () => ['/internal/takeout/members', '/internal/takeout/documents']).flat(),
    ]);
  });

  it('neither double nor break when somebody joins or leaves in the middle', async () => {
    const from = owners(Array.from({ length: 300 }, (_, n) => member(2 * n)));
    const reading = await reader(from, 'members');
    const seen: string[] = [];
    for (let n = 0; n < 150; n++) {
      const next = (await reading.next()) as IteratorYieldResult<TakenMember>;
      seen.push(next.value.user.user_id);
    }
    // One before what was read, one after it; and one who leaves before and one after.
    from.members.push(member(3), member(501));
    from.members.sort((a, b) => (a.user.user_id < b.user.user_id ? -1 : 1));
    const gone = [member(4), member(500)].map(({ user }) => user.user_id);
    from.members.splice(0, Infinity, ...from.members.filter(({ user }) => !gone.includes(user.user_id)));
    for (let next = await reading.next(); !next.done; next = await reading.next()) {
      seen.push((next.value as TakenMember).user.user_id);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain(member(501).user.user_id);
    expect(seen).not.toContain(member(500).user.user_id);
    expect(seen).toHaveLength(300);
  });

  it('are named and no more while what is held about them may only be stored', async () => {
    const from = owners([member(1), member(2)]);
    const user_id = member(2).user.user_id;
    const data = {
      account_id: admin.account_id,
      user_id,
      reason: 'x',
      restricted_by_id: admin.user_id,
      restricted_at: at,
    };
    await stores().store.execute(standings, `${admin.account_id}_${user_id}`, {
      ...{ id: uuidv7(), context: admin, now: at, decide: () => [{ type: 'ProcessingRestricted', data }] },
    });
    const items = await read(from, 'members');
    expect(items[1]).toEqual({
      ...{ user: { user_id }, membership: member(2).membership, restricted: true },
      ...{ profile: null, privacy: null, preferences: null },
    });
    expect(from.calls.at(-1)!.body).toEqual({ user_ids: [member(1).user.user_id] });
    // The same person in another account is not restricted there.
    const elsewhere = await read(from, 'members', signedIn('ADMIN', { user_id: admin.user_id }));
    expect(elsewhere.map(({ restricted }) => restricted)).toEqual([false, false]);
  });

  it.each([
    ['asks profile for all of it', ['READ_PII'] as Permission[]],
    ['asks profile for what members show', [] as Permission[]],
  ])('%s when who asked holds %j now', async (_case, held) => {
    const from = owners([member(1)], held);
    const [session_id, elevation_id] = [randomUUID(), randomUUID()];
    await read(from, 'members', { ...admin, session_id, elevation_id });
    const documents = from.calls.find(({ path }) => path === '/internal/takeout/documents')!;
    expect(documents.identity).toMatchObject({
      ...{ kind: 'service', principal: 'svc:export', user_id: admin.user_id, account_id: admin.account_id },
      ...{ permissions: held, role: null, session_id, elevation_id },
    });
  });

  it('end with the reason when the right is lost in the middle', async () => {
    const from = owners(Array.from({ length: 150 }, (_, n) => member(n)));
    const reading = await reader(from, 'members');
    await reading.next();
    from.trouble.push(new Problem(403, 'permission-required', 'Missing permission: EXPORT_ACCOUNT_DATA'));
    const rest = (async () => {
      while (!(await reading.next()).done);
    })();
    await expect(rest).rejects.toMatchObject({ status: 403, code: 'permission-required' });
  });

  it('wait for a view that is behind, and ask it for everything that was there when the walk began', async () => {
    const { position } = await stores().store.execute(
      { category: 'membership', initial: null, evolve: () => null },
      randomUUID(),
      {
        ...{ id: uuidv7(), context: { ...admin, ...requestContext() }, now: at },
        decide: () => [
          { type: 'MembershipEnded', data: { account_id: admin.account_id, user_id: randomUUID(), reason: 'left' } },
        ],
      },
    );
    const from = owners([member(1)]);
    const reading = await reader(from, 'members');
    const behind = new Problem(503, 'projection-behind', 'not yet');
    const first = from.sources.identity.call;
    let asked = 0;
    from.sources.identity.call = (call) =>
      call.path === '/internal/takeout/members' && asked++ === 0 ? Promise.reject(behind) : first(call);
    expect(await reading.next()).toMatchObject({ value: { user: { user_id: member(1).user.user_id } } });
    expect(from.calls.find(({ path }) => path.includes('members'))!.headers).toEqual({
      [headers.minPosition]: encodeTokens([{ category: 'membership', position: position! }]),
    });
  });

  it('do not come from an answer that is none', async () => {
    const from = owners([{ ...member(1), user: { user_id: 'x' } } as unknown as TakenMember]);
    await expect(read(from, 'members')).rejects.toThrow('user_id');
  });

  it('are asked for when those before were taken, so that no more than a page is ever held', async () => {
    const from = owners(Array.from({ length: 300 }, (_, n) => member(n)));
    const pages = () => from.calls.filter(({ path }) => path.startsWith('/internal/takeout/members')).length;
    const seen: number[] = [];
    for await (const _ of await itemsOf(from, 'members')) seen.push(pages());
    expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => 1 + Math.floor(n / 100)));
  });
});

describe('what else an account takes along', () => {
  it('is how it is set up, with what it chose for its people, its roles and whom it invited', async () => {
    const from = owners([]);
    expect(await read(from, 'account')).toEqual([
      expect.objectContaining({ name: 'Acme', preferences: { theme: { mode: 'dark' } } }) as object,
    ]);
    expect(await read(from, 'roles')).toEqual([{ id: 'r1', name: 'Translator' }]);
    expect(await read(from, 'invitations')).toEqual([]);
  });

  it('is nothing of a person alone', async () =>
    expect(itemsOf(owners([]), 'sessions')).rejects.toThrow('an account has no part sessions'));
});

describe('who asked for the data of an account', () => {
  it('is as the request says, with the visit of a super admin', async () => {
    const [session_id, elevation_id] = [randomUUID(), randomUUID()];
    const root = signedIn('ADMIN', { session_id, elevation_id, is_super_admin: true, is_system_admin_access: true });
    const of = await asked(root);
    const { accountId, userId } = of;
    expect(await askerOf(stores().store, of, of.exportId)).toMatchObject({
      ...{ accountId, userId, sessionId: session_id, elevationId: elevation_id },
    });
    const elsewhere = { userId, accountId: randomUUID() };
    await expect(askerOf(stores().store, elsewhere, of.exportId)).rejects.toThrow('was never asked for');
  });
});
