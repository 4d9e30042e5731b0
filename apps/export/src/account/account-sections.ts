import { TakenAccount, TakenInvitation, type ExportPart, type RequestContext } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { Section } from '../section/section.js';
import { type Asker, workingFor } from './asker.js';
import { readMembers, type MemberSources } from './members.js';
import { endOfStore, pagesOf, whenSeen, type Walk } from './pages.js';

export interface AccountSources extends MemberSources {
  store: Pick<EventStore, 'load' | 'readAll'>;
}

/**
 * What an account takes along when it goes elsewhere: how it is set up, its members with what they keep in it, its roles
 * and whom it has invited. Its audit log has an export of its own, which can be verified; what its members did is theirs.
 * Each page is given out by its owner only while who asked may have it.
 */
export const accountSections =
  (sources: AccountSources) =>
  (include: readonly string[], asker: Asker, request: RequestContext): Section[] => {
    const walk = async (signal: AbortSignal): Promise<Walk> => ({
      ...{ client: sources.identity, identity: workingFor(asker), request, signal },
      atLeast: await endOfStore(sources.store),
    });
    const sections = [
      {
        ...{ part: 'account', version: 1, kind: 'one' },
        async *items(signal) {
          const { body } = await whenSeen(await walk(signal), '/internal/takeout/account');
          yield { ...TakenAccount.parse(body), preferences: await defaultsOf(sources, asker, request, signal) };
        },
      },
      {
        ...{ part: 'members', version: 1, kind: 'many' },
        async *items(signal) {
          yield* readMembers(sources, asker, await walk(signal));
        },
      },
      {
        ...{ part: 'roles', version: 1, kind: 'many' },
        async *items(signal) {
          const { body } = await whenSeen(await walk(signal), '/internal/takeout/roles');
          yield* (body as { data: unknown[] }).data;
        },
      },
      {
        ...{ part: 'invitations', version: 1, kind: 'many' },
        async *items(signal) {
          const pages = pagesOf(await walk(signal), '/internal/takeout/invitations', TakenInvitation);
          for await (const page of pages) yield* page;
        },
      },
    ] satisfies (Section & { part: ExportPart })[];
    return include.map((part) => {
      const found = sections.find((section) => section.part === part);
      if (!found) throw new Error(`an account has no part ${part}`);
      return found;
    });
  };

/** What the account chose for members who have not chosen themselves. */
async function defaultsOf(
  { profile }: AccountSources,
  asker: Asker,
  request: RequestContext,
  signal: AbortSignal,
): Promise<unknown> {
  const { body } = await profile.call({
    ...{ method: 'GET', path: '/internal/takeout/preferences', identity: workingFor(asker), request, signal },
  });
  return (body as { preferences: unknown }).preferences;
}
