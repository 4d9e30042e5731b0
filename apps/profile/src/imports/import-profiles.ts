import {
  type CurrentUserContext,
  ImportProfilesAsk,
  type ImportedDocuments,
  type ImportedDocumentsAnswer,
  Problem,
} from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import { type MountedRoute, mountInside } from '@annals/service';
import type { ChangeParts } from '../handle/change-profile.js';
import { ownerOf } from '../owner.js';
import { aboutWhom } from './about-whom.js';
import { writePreferences, writeProfile, type Writing, type Written } from './write-documents.js';

/** Rows at work at a time: an import must not take the stores from those who wait for an answer. */
const sideBySide = 12;

/** For imports: what rows say of people's profiles, privacy and preferences. */
export const importProfiles = (parts: ChangeParts & { store: EventStore }): MountedRoute =>
  mountInside(
    {
      ...{ method: 'POST', path: '/internal/imports/profiles', principals: ['svc:export'] },
      // A hundred profiles with every field at its longest, in a script of three bytes a letter.
      ...{ body: ImportProfilesAsk, bodyLimit: 8_000_000 },
    },
    async ({ body: { rows, import_id, overwrite }, context, now }) => {
      const { account_id, user_id: requester } = ownerOf(context as CurrentUserContext);
      const asked = { import_id, overwrite, requester };
      const answers: ImportedDocumentsAnswer[] = [];
      const waiting = rows.values();
      const worker = async () => {
        // All workers take from one iterator, so each row is taken by one of them.
        for (const row of waiting) answers.push(await takeRow(row));
      };
      await Promise.all(Array.from({ length: sideBySide }, worker));
      return { status: 200, body: { rows: answers.sort((a, b) => a.row - b.row) } };

      async function takeRow(documents: ImportedDocuments): Promise<ImportedDocumentsAnswer> {
        const { row, user_id } = documents;
        const owner = { account_id, user_id };
        try {
          const how = await aboutWhom(parts.store, asked, owner, row);
          const writing = { owner, commandId: derivedId(import_id, `row ${account_id} ${row}`), context, now, how };
          const { changed, refusals } = await writeRow(parts, writing, documents);
          return { row, outcome: changed ? 'written' : 'unchanged', refusals };
        } catch (error) {
          // What another try may change ends the whole call.
          if (!(error instanceof Problem) || error.status >= 500 || 'retry-after' in error.headers) throw error;
          const { code, detail } = error;
          return { row, outcome: 'refused', refusals: [{ field: null, code, detail }] };
        }
      }
    },
  );

async function writeRow(
  parts: ChangeParts,
  writing: Writing,
  { profile, privacy, preferences }: ImportedDocuments,
): Promise<Written> {
  const done: Written[] = [];
  if (profile || privacy) done.push(await writeProfile(parts, writing, { profile, privacy }));
  if (preferences) done.push(await writePreferences(parts, writing, preferences));
  return { changed: done.some(({ changed }) => changed), refusals: done.flatMap(({ refusals }) => refusals) };
}
