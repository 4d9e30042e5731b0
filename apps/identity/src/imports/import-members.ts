import {
  ImportMembersAsk,
  Problem,
  type ImportedMemberAnswer,
  type ImportedPerson,
  type RowRefusal,
} from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mountInside } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { roleSets } from '../role/role.js';
import { importerOf } from './importer.js';
import { importPerson, type ImportOf } from './import-person.js';

/** Rows at work at a time: an import must not take the stores from those who wait for an answer. */
const sideBySide = 12;

/** For imports: people whom an administrator makes known by a file, as `createUser` does one by one. */
export const importMembers = (identity: Identity) =>
  mountInside(
    {
      ...{ method: 'POST', path: '/internal/imports/members', principals: ['svc:export'] },
      // A hundred rows with names in any script, and roles.
      ...{ body: ImportMembersAsk, bodyLimit: 2_000_000 },
    },
    async ({ body: { rows, ...ask }, context, now }) => {
      const importer = await importerOf(identity, context, now);
      const { state: set } = await identity.store.load(roleSets, importer.account_id);
      const of: ImportOf = { ...ask, importer, set };
      const take = (person: ImportedPerson) => {
        const commandId = derivedId(ask.import_id, `row ${importer.account_id} ${person.row}`);
        return takeRow(identity, { commandId, context, now }, of, person);
      };
      const answers: ImportedMemberAnswer[] = [];
      const waiting = rows.values();
      const worker = async () => {
        // All workers take from one iterator, so each row is taken by one of them.
        for (const person of waiting) answers.push(await take(person));
      };
      await Promise.all(Array.from({ length: sideBySide }, worker));
      return { status: 200, body: { rows: answers.sort((a, b) => a.row - b.row) } };
    },
  );

async function takeRow(
  identity: Identity,
  asking: Asking,
  of: ImportOf,
  person: ImportedPerson,
): Promise<ImportedMemberAnswer> {
  const { row } = person;
  try {
    return { row, ...(await importPerson(identity, asking, of, person)), refusals: [] };
  } catch (error) {
    if (!(error instanceof Problem) || !isForGood(error)) throw error;
    return { row, outcome: 'refused', user_id: null, refusals: refusalsOf(error) };
  }
}

/** What another try would not change. A store that is away, or too many writers at once, ends the whole call. */
const isForGood = ({ status, headers }: Problem) => status < 500 && !('retry-after' in headers);

function refusalsOf({ code, detail, fields }: Problem): RowRefusal[] {
  const named = fields.map(({ path: field }) => ({ field, code, detail }));
  return named.length > 0 ? named : [{ field: null, code, detail }];
}
