import { TakenDocuments, TakenMember, type RequestContext } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { InternalClient } from '@annals/service';
import { z } from 'zod';
import { loadStanding } from '../standing/standing.js';
import { type Asker, workingFor } from './asker.js';
import { pagesOf, type Walk } from './pages.js';
import { rightsNow } from './rights-now.js';

export interface MemberSources {
  store: Pick<EventStore, 'load'>;
  identity: Pick<InternalClient, 'call'>;
  profile: Pick<InternalClient, 'call'>;
}

const Documents = z.object({ data: z.array(TakenDocuments) });

const members = { path: '/internal/takeout/members', item: TakenMember, madeOf: ['membership', 'user'] };

/**
 * The members of an account with what they keep in it, a hundred at a time. What members hide is there when who asked may
 * read personal data at that moment.
 */
export async function* readMembers(
  { store, identity, profile }: MemberSources,
  asker: Asker,
  walk: Walk,
): AsyncGenerator<unknown> {
  const { request, signal } = walk;
  const held = await rightsNow(identity, asker, ['READ_PII'], request, signal);
  const reading = { client: profile, identity: workingFor(asker, held), request, signal };
  for await (const page of pagesOf(walk, members)) {
    const standings = await Promise.all(page.map(({ user }) => loadStanding(store, asker.accountId, user.user_id)));
    const free = page.filter((_, index) => !standings[index]!.restricted).map(({ user }) => user.user_id);
    const documents = await documentsOf(reading, free);
    for (const member of page) {
      const kept = documents.get(member.user.user_id);
      yield kept ? { ...member, ...kept, restricted: false } : withheld(member);
    }
  }
}

/**
 * Of somebody whose data an account may only store (Art. 18 GDPR), an export says that they are a member and no more:
 * to take it elsewhere is more than to store it.
 */
const withheld = ({ user, membership }: TakenMember) => ({
  ...{ user: { user_id: user.user_id }, membership, profile: null, privacy: null, preferences: null },
  restricted: true,
});

async function documentsOf(
  {
    client,
    ...call
  }: { client: Pick<InternalClient, 'call'>; request: RequestContext } & Pick<Walk, 'identity' | 'signal'>,
  userIds: readonly string[],
): Promise<Map<string, Omit<TakenDocuments, 'user_id'>>> {
  if (userIds.length === 0) return new Map();
  const { body } = await client.call({
    ...{ ...call, method: 'POST', path: '/internal/takeout/documents', timeoutMs: 30_000 },
    body: { user_ids: userIds },
  });
  return new Map(Documents.parse(body).data.map(({ user_id, ...documents }) => [user_id, documents]));
}
