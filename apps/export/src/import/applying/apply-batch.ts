import {
  ImportMembersAnswer,
  ImportProfilesAnswer,
  type ImportMembersAsk,
  type ImportProfilesAsk,
  type ImportedDocumentsAnswer,
  type ImportedMember,
  type ImportedMemberAnswer,
  type ImportedSelf,
  type ImportOutcomes,
  type OnError,
  type IdentityContext,
  type RequestContext,
  type RowProblem,
} from '@annals/contracts';
import type { InternalClient } from '@annals/service';
import type { z } from 'zod';
import type { ImportRow } from '../row.js';
import { patientCall } from './patient-call.js';

export interface ApplyParts {
  identity: InternalClient;
  profile: InternalClient;
  /** Milliseconds between tries while a service is away; as `patientCall` has it unless said. */
  pauses?: readonly number[];
}

export interface ApplyJob {
  import_id: string;
  /** The export service on behalf of whoever imports, in the account into which it goes. Holds no rights: they are looked up. */
  asker: IdentityContext & { user_id: string };
  request: RequestContext;
  notify: boolean;
  overwrite: boolean;
  on_error: OnError;
  signal: AbortSignal;
}

export interface AppliedRow {
  row: number;
  outcome: keyof ImportOutcomes;
  problems: RowProblem[];
}

/**
 * People first, then what is said of those of them whom an import made known.
 * @throws Problem 403 when whoever imports may do so no longer; 5xx when a service stays away
 */
export async function applyMembers(
  parts: ApplyParts,
  job: ApplyJob,
  batch: readonly ImportRow<ImportedMember>[],
): Promise<AppliedRow[]> {
  const { import_id, notify, overwrite } = job;
  const people = batch.map(({ row, value: { email, name, profile_image, role, roles } }) => ({
    ...{ row, email, name, profile_image, role, roles },
  }));
  const answer = await call(parts.identity, parts, job, 'members', { import_id, notify, overwrite, rows: people });
  const members = ImportMembersAnswer.parse(answer).rows;
  const whose = new Map(members.map(({ row, user_id }) => [row, user_id]));
  const written = await writeDocuments(
    parts,
    job,
    batch.flatMap(({ row, value: { profile, privacy, preferences } }) => {
      const user_id = whose.get(row);
      const says = profile ?? privacy ?? preferences;
      return user_id && says ? [{ row, user_id, profile, privacy, preferences }] : [];
    }),
  );
  return members.map((member) => appliedRow(member, written.get(member.row)));
}

/** What somebody brings along about themselves. @throws Problem as `applyMembers` */
export async function applySelf(
  parts: ApplyParts,
  job: ApplyJob,
  batch: readonly ImportRow<ImportedSelf>[],
): Promise<AppliedRow[]> {
  const { user_id } = job.asker;
  const written = await writeDocuments(
    parts,
    job,
    batch.map(({ row, value }) => ({ row, user_id, ...value })),
  );
  return [...written.values()].map(({ row, outcome, refusals }) => ({
    ...{ row, outcome: outcome === 'written' ? 'changed' : outcome },
    problems: problemsOf(row, refusals),
  }));
}

type Documents = ImportedSelf & { row: number; user_id: string };
type ImportMembersBody = z.input<typeof ImportMembersAsk>;
type ImportProfilesBody = z.input<typeof ImportProfilesAsk>;

async function writeDocuments(
  parts: ApplyParts,
  job: ApplyJob,
  rows: Documents[],
): Promise<Map<number, ImportedDocumentsAnswer>> {
  if (rows.length === 0) return new Map();
  const { import_id, overwrite } = job;
  const answer = await call(parts.profile, parts, job, 'profiles', { import_id, overwrite, rows });
  return new Map(ImportProfilesAnswer.parse(answer).rows.map((row) => [row.row, row]));
}

async function call(
  client: InternalClient,
  { pauses }: ApplyParts,
  { asker: identity, request, signal }: ApplyJob,
  what: 'members' | 'profiles',
  body: ImportMembersBody | ImportProfilesBody,
): Promise<unknown> {
  const path = `/internal/imports/${what}`;
  return (await patientCall(client, { method: 'POST', path, body, identity, request }, signal, pauses)).body;
}

/** A person who is there although their documents were refused is there; the problems say what is missing. */
function appliedRow(
  { row, outcome, refusals }: ImportedMemberAnswer,
  documents: ImportedDocumentsAnswer | undefined,
): AppliedRow {
  const problems = problemsOf(row, [...refusals, ...(documents?.refusals ?? [])]);
  const changed = outcome === 'unchanged' && documents?.outcome === 'written';
  return { row, outcome: changed ? 'changed' : outcome, problems };
}

const problemsOf = (row: number, refusals: readonly Omit<RowProblem, 'row'>[]): RowProblem[] =>
  refusals.map((refusal) => ({ row, ...refusal }));
