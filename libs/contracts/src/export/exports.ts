import { z } from 'zod';

/** Sections of what is held about a person, in the order they are gathered. */
export const exportParts = [
  ...(['user', 'accounts', 'sessions', 'devices', 'passkeys', 'providers'] as const),
  ...(['profile', 'avatar', 'privacy', 'verification', 'evidence', 'disclosures', 'preferences'] as const),
  ...(['consents', 'activity', 'records'] as const),
] as const;
/** Sections of what an account holds about all its members. */
export const accountExportParts = ['account', 'members', 'roles', 'invitations'] as const;
export const ExportPart = z.enum([...exportParts, ...accountExportParts]);
export type ExportPart = z.infer<typeof ExportPart>;

export const ExportStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type ExportStatus = z.infer<typeof ExportStatus>;

/** Why an export ends without its person's wish: they have no business in the account any more, or the account is gone. */
export const accessEnds = [
  'membership-ended',
  'user-disabled',
  'user-deleted',
  'account-closed',
  'subject-erased',
] as const;
export const AccessEnd = z.enum(accessEnds);
export type AccessEnd = z.infer<typeof AccessEnd>;

/** Why a document is kept no more: that, or its time is over, or it was fetched. */
export const ExpiryReason = z.enum([...accessEnds, 'lifetime-over', 'downloaded']);
export type ExpiryReason = z.infer<typeof ExpiryReason>;

/** `csv` is a zip archive with a file for each section, `pdf` is for people to read; `json` alone loses nothing. */
export const documentFormats = ['json', 'csv', 'pdf'] as const;
export const DocumentFormat = z.enum(documentFormats);
export type DocumentFormat = z.infer<typeof DocumentFormat>;

/** `self`: what is held about the person who asks; `account`: what the account holds, about all its members. */
export const ExportScope = z.enum(['self', 'account']);
export type ExportScope = z.infer<typeof ExportScope>;

/** All sections of a scope. */
export const partsOfScope = (scope: ExportScope): readonly ExportPart[] =>
  scope === 'self' ? exportParts : accountExportParts;

export const RequestExport = z
  .strictObject({
    formats: z
      .array(DocumentFormat)
      .min(1)
      .max(documentFormats.length)
      .refine((formats) => new Set(formats).size === formats.length, 'names a format twice')
      .default(['json']),
    scope: ExportScope.default('self'),
    /** Sections to take; all of the scope unless said. */
    include: z
      .array(ExportPart)
      .min(1)
      .max(exportParts.length)
      .refine((parts) => new Set(parts).size === parts.length, 'names a section twice')
      .optional(),
  })
  .refine(({ scope, include = [] }) => include.every((part) => partsOfScope(scope).includes(part)), {
    path: ['include'],
    message: 'names a section that this scope has not',
  });
export type RequestExport = z.infer<typeof RequestExport>;

/** An export as a long-running operation. */
export const ExportOperation = z.object({
  id: z.uuid(),
  status: ExportStatus,
  formats: z.array(z.string()),
  scope: z.string(),
  include: z.array(ExportPart),
  progress: z.object({
    done: z.number().int(),
    total: z.number().int(),
    unit: z.literal('parts'),
    /** Weighed: some parts take longer than others, and so does making the document. */
    percent: z.number(),
    /** Items read so far, also of the part at hand. */
    items: z.number().int(),
    eta_seconds: z.number().nullable(),
  }),
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  requested_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  size_bytes: z.number().int().nullable(),
  sha256: z.string().nullable(),
  expires_at: z.iso.datetime().nullable(),
  downloaded_at: z.iso.datetime().nullable(),
});
export type ExportOperation = z.infer<typeof ExportOperation>;

const manifest = {
  format: z.literal('annals-export'),
  export_id: z.uuid(),
  account_id: z.uuid(),
  user_id: z.uuid(),
  created_at: z.iso.datetime(),
};
const listedPart = { items: z.number().int(), sha256: z.string(), schema_version: z.number().int() };

/** What documents said of themselves at first. */
export const ExportManifestV1 = z.object({
  ...manifest,
  format_version: z.literal(1),
  parts: z.array(z.object({ part: z.string(), ...listedPart })),
});

/** Why data of a part is processed, and how long it is kept: as the contracts of its facts are marked. */
export const ManifestPurpose = z.object({
  purpose: z.string(),
  basis: z.string(),
  categories: z.array(z.string()),
  /** ISO 8601 duration, or `account` for the life of the account. */
  retention: z.string(),
});

export const ManifestPart = z.object({
  part: z.string(),
  kind: z.enum(['one', 'many']),
  ...listedPart,
  /** Length of what `sha256` is over: `JSON.stringify` of the part, in UTF-8. */
  bytes: z.number().int(),
  /** The service that holds it. */
  source: z.string(),
  purposes: z.array(ManifestPurpose),
});
export type ManifestPart = z.infer<typeof ManifestPart>;

/** First member of the exported document: what it holds and how to check it. */
export const ExportManifest = z.object({
  ...manifest,
  format_version: z.literal(2),
  scope: ExportScope,
  formats: z.array(DocumentFormat),
  parts: z.array(ManifestPart),
  /** In the archive of CSV files: cells that a spreadsheet would take for a formula have `'` before them. */
  csv_safe: z.literal(1).optional(),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

/** A manifest of any version that was ever written. */
export const AnyExportManifest = z.discriminatedUnion('format_version', [ExportManifestV1, ExportManifest]);
export type AnyExportManifest = z.infer<typeof AnyExportManifest>;
