import type { AnyExportManifest } from '@annals/contracts';
import { openArchive, type Archive } from './archive.js';
import { candidateOf } from './cells.js';
import { manifestOf, wrongCount } from './check-manifest.js';
import { type ColumnPlan, planColumns } from './columns.js';
import { csvRecords } from './csv.js';
import { documentNames } from './exported-item.js';
import type { Candidate, ReadOptions } from './options.js';
import { refusedFile } from './refused-file.js';
import { textOf } from './text.js';

/** Names in the archives that exports make. */
const manifestName = 'manifest.json';
const fileOf = (part: string): string => `${part}.csv`;

/** Largest manifest in characters: a hundred times what one has. */
const longestManifest = 1024 * 1024;

/**
 * Rows of an archive of CSV files, as exports make them.
 * @throws Problem 422 as `openArchive`, `csvRecords` and `planColumns` do; `manifest-missing`, `part-missing`,
 *   `manifest-count-mismatch`, `wrong-account`, `no-rows`, `mapping-not-wanted`
 */
export async function* archiveCandidates(content: Buffer, options: ReadOptions): AsyncIterable<Candidate> {
  const archive = await openArchive(content);
  if (!archive.has(manifestName)) throw refusedFile('manifest-missing', `The archive has no ${manifestName}`);
  const manifest = manifestOf(await json(archive));
  if (options.mapping)
    throw refusedFile('mapping-not-wanted', 'An archive of ours is read as it is, without a mapping');
  // Its rows are of the account that it is of; they name no account here.
  const within = {
    ...options,
    csvSafe: 'csv_safe' in manifest && manifest.csv_safe === 1,
    accountId: manifest.account_id,
  };
  if (options.kind === 'members') yield* partRows(archive, manifest, 'members', within);
  else yield* selfRow(archive, manifest, within);
}

async function* partRows(
  archive: Archive,
  manifest: AnyExportManifest,
  part: string,
  options: ReadOptions,
): AsyncIterable<Candidate> {
  const listed = manifest.parts.find((known) => known.part === part);
  if (!listed || !archive.has(fileOf(part))) throw refusedFile('part-missing', `The archive has no ${fileOf(part)}`);
  const prefix = options.kind === 'self' ? `${part}.` : '';
  let plan: ColumnPlan | undefined;
  let rows = 0;
  for await (const { row, cells } of csvRecords(textOf(archive.read(fileOf(part))))) {
    if (plan) {
      rows++;
      yield candidateOf(row, cells, plan, options);
    } else {
      plan = planColumns(
        cells.map((name) => prefix + name.trim()),
        options,
      );
    }
  }
  if (rows !== listed.items) throw wrongCount(part, listed.items, rows);
  if (rows === 0 && options.kind === 'members') throw refusedFile('no-rows', 'The archive has no members');
}

/** The one row of each document, as one. */
async function* selfRow(archive: Archive, manifest: AnyExportManifest, options: ReadOptions): AsyncIterable<Candidate> {
  const there = documentNames.filter((part) => archive.has(fileOf(part)));
  if (there.length === 0)
    throw refusedFile('part-missing', `The archive has no ${documentNames.map(fileOf).join(', ')}`);
  const value: Record<string, unknown> = {};
  for (const part of there) {
    for await (const candidate of partRows(archive, manifest, part, options)) {
      if ('problems' in candidate) {
        yield candidate;
        return;
      }
      Object.assign(value, candidate.value);
    }
  }
  yield { row: 1, value };
}

async function json(archive: Archive): Promise<unknown> {
  let text = '';
  for await (const piece of textOf(archive.read(manifestName))) {
    text += piece;
    if (text.length > longestManifest) throw refusedFile('manifest-invalid', 'The manifest is far too large');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refusedFile('manifest-invalid', 'The manifest is not JSON', error);
  }
}
