import { z } from 'zod';
import { EmailAddress, oneLine, PersonName, PictureUrl } from '../../identity/personal.js';
import { builtInRoles } from '../../permissions.js';
import { ProfileDocument } from '../../profile/document/schemas.js';
import { PreferencesDocument } from '../../profile/preferences/schemas.js';
import { PrivacyDocument } from '../../profile/privacy/schemas.js';
import { RowProblem } from './import.js';

/** Rows that one call between our own processes takes. */
export const rowsPerCall = 100;

/** Place of a row in its file, counted from 1: with the import it names what the row makes, so twice is once. */
const row = z.int().positive();

/** Why a row, or a part of it, was not taken. Never says a value: the report of an import is kept longer than its file. */
export const RowRefusal = RowProblem.omit({ row: true });
export type RowRefusal = z.infer<typeof RowRefusal>;

/** A person as a row of an import names them; what it says of their profile goes to the service that keeps profiles. */
export const ImportedPerson = z.strictObject({
  row,
  email: EmailAddress,
  name: PersonName,
  profile_image: PictureUrl.nullish(),
  /** Of the membership. Absent: VIEWER for who is new, and as it is for who is there. */
  role: z.enum(builtInRoles).optional(),
  /** Roles of the account besides, by their names. */
  roles: z.array(oneLine(100)).max(50).default([]),
});
export type ImportedPerson = z.infer<typeof ImportedPerson>;

/**
 * Between our own processes: `POST /internal/imports/members` of identity. It acts for the person and in the account of the
 * context, whose rights are looked up anew with each call: 403 when they are not enough any more.
 */
export const ImportMembersAsk = z.strictObject({
  import_id: z.uuid(),
  /** Whether people who are new or known elsewhere are sent an invitation by mail. */
  notify: z.boolean(),
  /** Whether people who are members already get the role of their row. */
  overwrite: z.boolean(),
  rows: z.array(ImportedPerson).min(1).max(rowsPerCall),
});
export type ImportMembersAsk = z.infer<typeof ImportMembersAsk>;

/**
 * What became of a person: made known and a member; a member who got another role; known and invited; a member, or invited,
 * before, and left as they are; or not taken.
 */
export const memberOutcomes = ['created', 'changed', 'invited', 'unchanged', 'refused'] as const;

export const ImportedMemberAnswer = z.object({
  row,
  outcome: z.enum(memberOutcomes),
  /** Of whose documents an import may speak: people whom one of this account made known. Who else has an address is not told. */
  user_id: z.uuid().nullable(),
  refusals: z.array(RowRefusal),
});
export type ImportedMemberAnswer = z.infer<typeof ImportedMemberAnswer>;

export const ImportMembersAnswer = z.object({ rows: z.array(ImportedMemberAnswer) });

/** What a row says of a person, besides who they are. */
export const ImportedDocuments = z.strictObject({
  row,
  user_id: z.uuid(),
  profile: ProfileDocument.nullish(),
  privacy: PrivacyDocument.nullish(),
  preferences: PreferencesDocument.nullish(),
});
export type ImportedDocuments = z.infer<typeof ImportedDocuments>;

/**
 * Between our own processes: `POST /internal/imports/profiles` of profile. It writes about people whom an import of the
 * account made known, and about the person of the context, and refuses all others.
 */
export const ImportProfilesAsk = z.strictObject({
  import_id: z.uuid(),
  /** Whether people whom an earlier import of the account made known are written about anew. */
  overwrite: z.boolean(),
  rows: z.array(ImportedDocuments).min(1).max(rowsPerCall),
});
export type ImportProfilesAsk = z.infer<typeof ImportProfilesAsk>;

export const ImportedDocumentsAnswer = z.object({
  row,
  /** `written` also where a part of it was refused; `unchanged` where everything is so already, or was said by them. */
  outcome: z.enum(['written', 'unchanged', 'refused']),
  refusals: z.array(RowRefusal),
});
export type ImportedDocumentsAnswer = z.infer<typeof ImportedDocumentsAnswer>;

export const ImportProfilesAnswer = z.object({ rows: z.array(ImportedDocumentsAnswer) });

/**
 * Name from which the id of a person is made whom a row makes known; the namespace is the import. The account is in it, so
 * that an import of the same id elsewhere speaks of other people.
 */
export const importedPersonName = (accountId: string, rowNumber: number): string => `person ${accountId} ${rowNumber}`;
