import { importLimits, type ImportKind, type AnyExportManifest } from '@annals/contracts';
import { accountProblem, mappedType } from './columns.js';
import { place, typed } from './cells.js';
import { checkParts, manifestOf } from './check-manifest.js';
import { tooManyRows } from './csv.js';
import { accountsIn, documentNames, isFields, memberOf, settableDocuments } from './exported-item.js';
import { jsonFinds } from './json-finds.js';
import { rowProblem, type Candidate, type ReadOptions } from './options.js';
import type { ReadPart } from './part-reading.js';
import { refusedFile } from './refused-file.js';
import { NotTransformable, transformed } from './transform.js';

const wantedParts: Readonly<Record<ImportKind, readonly string[]>> = { members: ['members'], self: documentNames };

/**
 * Items of a JSON file: of an exported document of ours, whose manifest is checked, of a list, or of lines.
 * @throws Problem 422 as `jsonFinds`, `manifestOf` and `checkParts` do; `too-many-rows`, `no-rows`, `part-missing`,
 *   `wrong-account`, `mapping-not-wanted`
 */
export async function* jsonCandidates(text: AsyncIterable<string>, options: ReadOptions): AsyncIterable<Candidate> {
  const { kind } = options;
  const parts = new Map<string, ReadPart>();
  const accounts = new Set<unknown>();
  const self: Record<string, unknown> = {};
  let manifest: AnyExportManifest | undefined;
  let row = 0;
  for await (const find of jsonFinds(text, new Set(wantedParts[kind]))) {
    if (find.kind === 'manifest') manifest = manifestOf(find.value);
    else if (find.kind === 'part') parts.set(find.part, find);
    else {
      if (++row > importLimits.rows) throw tooManyRows();
      if (find.kind === 'plain') yield plainCandidate(row, find.value, options);
      else {
        for (const id of isFields(find.value) ? accountsIn(find.value) : []) accounts.add(id);
        if (kind === 'self') self[find.part] = find.value;
        else yield exportedCandidate(row, find.value, options);
      }
    }
  }
  if (manifest || parts.size > 0) {
    checkParts(manifest, parts);
    requireOneAccount(manifest!, accounts);
    if (!wantedParts[kind].some((part) => parts.has(part))) {
      throw refusedFile('part-missing', `The document has no ${wantedParts[kind].join(', ')}`);
    }
    if (options.mapping)
      throw refusedFile('mapping-not-wanted', 'An exported document is read as it is, without a mapping');
    if (kind === 'self' && row > 0) yield { row: 1, value: settableDocuments(self) };
  }
  if (row === 0) throw refusedFile('no-rows', 'There is nothing in the file to import');
}

function exportedCandidate(row: number, value: unknown, { kind }: ReadOptions): Candidate {
  return { row, value: isFields(value) && kind === 'members' ? memberOf(value) : value };
}

/** An object that somebody else has made, by its own names or by a mapping. */
function plainCandidate(row: number, value: unknown, options: ReadOptions): Candidate {
  if (!isFields(value)) return { row, problems: [rowProblem(row, null, 'not-an-object', 'is not an object')] };
  const problems = accountProblem(row, accountsIn(value), options.accountId);
  if (problems.length > 0) return { row, problems };
  if (options.mapping) return mappedObject(row, value, options);
  const { account_id: _here, ...rest } = value;
  if (options.kind === 'self') return { row, value: { ...rest, ...settableDocuments(rest) } };
  return { row, value: isFields(value.user) ? memberOf(value) : rest };
}

/** Columns are names of the object; of an object within it with dots between. */
function mappedObject(row: number, value: Record<string, unknown>, { kind, mapping }: ReadOptions): Candidate {
  const made: Record<string, unknown> = {};
  const problems = Object.entries(mapping!.columns).flatMap(([target, source]) => {
    const type = mappedType(kind, target);
    try {
      const texts = [source.from].flat().map((name) => textAt(value, name));
      const text = transformed(texts.filter((part) => part !== '').join(source.join ?? ' '), source.transform);
      if (text !== '') place(made, target.split('.'), typed(text, target, type));
      return [];
    } catch (error) {
      if (error instanceof NotTransformable) return [rowProblem(row, target, error.code, error.message)];
      throw error;
    }
  });
  return problems.length > 0 ? { row, problems } : { row, value: made };
}

function textAt(value: Record<string, unknown>, name: string): string {
  let at: unknown = value;
  for (const key of Object.hasOwn(value, name) ? [name] : name.split('.')) {
    at = isFields(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  if (at === undefined || at === null) return '';
  return typeof at === 'string' ? at : JSON.stringify(at);
}

/** The items of a document are of the account that it is of. */
function requireOneAccount({ account_id }: AnyExportManifest, named: ReadonlySet<unknown>): void {
  for (const id of named) {
    if (id !== account_id)
      throw refusedFile('wrong-account', 'The document names another account than its manifest does');
  }
}
