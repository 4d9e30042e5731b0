import { z } from 'zod';

/** Sections of an export, in the order they are gathered. */
export const exportParts = [
  ...(['user', 'accounts', 'sessions', 'devices'] as const),
  ...(['profile', 'avatar', 'privacy', 'verification', 'disclosures', 'preferences', 'activity'] as const),
] as const;
export const ExportPart = z.enum(exportParts);
export type ExportPart = z.infer<typeof ExportPart>;

export const ExportStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type ExportStatus = z.infer<typeof ExportStatus>;

/** Why an export ends without its person's wish: they have no business in the account any more, or the account is gone. */
export const accessEnds = ['membership-ended', 'user-disabled', 'user-deleted', 'account-closed'] as const;
export const AccessEnd = z.enum(accessEnds);
export type AccessEnd = z.infer<typeof AccessEnd>;

/** `csv` is a zip archive with a file for each section, `pdf` is for people to read; `json` alone loses nothing. */
export const documentFormats = ['json', 'csv', 'pdf'] as const;
export const DocumentFormat = z.enum(documentFormats);
export type DocumentFormat = z.infer<typeof DocumentFormat>;

/** `self`: what is held about the person who asks; `account`: what the account holds, about all its members. */
export const ExportScope = z.enum(['self', 'account']);
export type ExportScope = z.infer<typeof ExportScope>;

export const RequestExport = z.strictObject({
  formats: z
    .array(DocumentFormat)
    .min(1)
    .max(documentFormats.length)
    .refine((formats) => new Set(formats).size === formats.length, 'names a format twice')
    .default(['json']),
  scope: ExportScope.default('self'),
  /** Sections to take; all of them unless said. */
  include: z
    .array(ExportPart)
    .min(1)
    .max(exportParts.length)
    .default([...exportParts]),
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
    percent: z.number(),
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

/** First member of the exported document: what it holds and how to check it. */
export const ExportManifest = z.object({
  format: z.literal('annals-export'),
  format_version: z.literal(1),
  export_id: z.uuid(),
  account_id: z.uuid(),
  user_id: z.uuid(),
  created_at: z.iso.datetime(),
  /** `sha256` is over `JSON.stringify` of the part, in UTF-8. */
  parts: z.array(
    z.object({ part: ExportPart, items: z.number().int(), sha256: z.string(), schema_version: z.number().int() }),
  ),
});
export type ExportManifest = z.infer<typeof ExportManifest>;
