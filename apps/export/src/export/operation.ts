import type { ExportOperation, ExportPart } from '@annals/contracts';
import type { Progress } from '../jobs/progress.js';
import type { KnownExport } from './export.js';

/** How long parts take beside each other: lists without bound, and files, weigh more. Making the document is a step too. */
const weights: Partial<Record<ExportPart, number>> = {
  ...{ activity: 20, members: 20, records: 10, evidence: 5, sessions: 2, disclosures: 2, avatar: 2 },
};
const weightOf = (part: ExportPart): number => weights[part] ?? 1;
const documentShare = 0.15;

/** From 0 to 1: parts by their weight, then the document by its bytes beside those of the parts. */
function shareOf({ request, gathered, status }: KnownExport, progress: Progress | null): number {
  if (status === 'succeeded') return 1;
  const weigh = (parts: readonly ExportPart[]) => parts.reduce((sum, part) => sum + weightOf(part), 0);
  const read = weigh(gathered.map(({ part }) => part)) / weigh(request.include);
  if (progress?.step !== 'document') return read * (1 - documentShare);
  const bytes = gathered.reduce((sum, part) => sum + (part.bytes ?? 0), 0) * request.formats.length;
  return 1 - documentShare + documentShare * Math.min(0.99, progress.bytes / Math.max(1, bytes));
}

/**
 * The representation that clients see. `eta_seconds` follows from the pace so far; null before the first part.
 * @param progress of the step at hand, where somebody works on it
 */
export function operationOf(state: KnownExport, now: string, progress: Progress | null = null): ExportOperation {
  const { request, gathered, status, document } = state;
  const share = shareOf(state, progress);
  const elapsedSeconds = (Date.parse(now) - Date.parse(request.requested_at)) / 1000;
  const running = status === 'running' && share > 0;
  const atHand = progress && !gathered.some(({ part }) => part === progress.step) ? progress.items : 0;
  return {
    id: request.export_id,
    status,
    formats: request.formats,
    scope: request.scope,
    include: request.include,
    progress: {
      done: gathered.length,
      total: request.include.length,
      unit: 'parts',
      percent: Math.round(100 * share),
      items: gathered.reduce((sum, { items }) => sum + items, 0) + atHand,
      eta_seconds: running ? Math.ceil((elapsedSeconds / share) * (1 - share)) : null,
    },
    error: state.error,
    requested_at: request.requested_at,
    finished_at: state.finished_at,
    size_bytes: document?.size_bytes ?? null,
    sha256: document?.sha256 ?? null,
    expires_at: document?.expires_at ?? null,
    downloaded_at: state.downloaded_at,
  };
}
