import { type RequestContext, TakenAccount, TakenInvitation } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { Section, SectionsOf } from '../section/section.js';
import { type Asker, askerOf, workingFor } from './asker.js';
import { readMembers, type MemberSources } from './members.js';
import { ask, pagesOf, type Walk } from './pages.js';

export interface AccountSources extends MemberSources {
  store: Pick<EventStore, 'load' | 'readAll' | 'readStream'>;
}

const invitations = { path: '/internal/takeout/invitations', item: TakenInvitation, madeOf: ['invitation'] };

/**
 * What an account takes along when it goes elsewhere: how it is set up, its members with what they keep in it, its roles
 * and whom it has invited. Its audit log has an export of its own, which can be verified; what its members did is theirs.
 * Each page is given out by its owner only while who asked may have it.
 */
export const accountSections =
  (sources: AccountSources): SectionsOf =>
  (include, of, request) => {
    /** Who asked is read when the reading begins, and again when it begins anew. */
    const begin = async (signal: AbortSignal): Promise<{ asker: Asker; walk: Walk }> => {
      const asker = await askerOf(sources.store, of, of.exportId);
      const { identity: client, store } = sources;
      return { asker, walk: { client, store, identity: workingFor(asker), request, signal } };
    };
    const sections: Section[] = [
      {
        ...{ part: 'account', version: 1, kind: 'one' },
        async *items(signal) {
          const { asker, walk } = await begin(signal);
          const { body } = await ask(walk, '/internal/takeout/account');
          yield { ...TakenAccount.parse(body), preferences: await defaultsOf(sources, asker, request, signal) };
        },
      },
      {
        ...{ part: 'members', version: 1, kind: 'many' },
        async *items(signal) {
          const { asker, walk } = await begin(signal);
          yield* readMembers(sources, asker, walk);
        },
      },
      {
        ...{ part: 'roles', version: 1, kind: 'many' },
        async *items(signal) {
          const { walk } = await begin(signal);
          const { body } = await ask(walk, '/internal/takeout/roles');
          yield* (body as { data: unknown[] }).data;
        },
      },
      {
        ...{ part: 'invitations', version: 1, kind: 'many' },
        async *items(signal) {
          const { walk } = await begin(signal);
          for await (const page of pagesOf(walk, invitations)) yield* page;
        },
      },
    ];
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
