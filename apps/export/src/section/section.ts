import type { ExportPart, RequestContext } from '@annals/contracts';

/**
 * One section of an export: where it stands in the document, and how it is read. A section is read anew whenever a worker
 * begins it, from its first item on; it holds no more than a page of what it reads.
 */
export interface Section {
  /** Name in the document and of its file. */
  part: ExportPart;
  /** Version of the shape of its items. */
  version: number;
  /** one: a single object, or none; many: a list. */
  kind: 'one' | 'many';
  /** @param signal ends the reading when the export ends before it */
  items(signal: AbortSignal): AsyncIterable<unknown>;
}

/** Whose export it is. */
export interface Subject {
  accountId: string;
  userId: string;
}

/** Whose export it is, and which. */
export interface ExportOf extends Subject {
  exportId: string;
}

/** Which sections an export has, in their order. `request` is what the calls to other services are made for. */
export type SectionsOf = (include: readonly ExportPart[], of: ExportOf, request: RequestContext) => Section[];

/**
 * A file inside an item, wherever it stands in it: base64 in JSON, a file of its own in the archive of CSV. One file at a
 * time is in memory; what is uploaded is held to a few megabytes.
 */
export interface ExportedFile {
  media_type: string;
  bytes: number;
  base64: string;
}

export const isExportedFile = (value: unknown): value is ExportedFile =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as ExportedFile).base64 === 'string' &&
  typeof (value as ExportedFile).media_type === 'string' &&
  typeof (value as ExportedFile).bytes === 'number';
