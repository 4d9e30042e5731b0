import { partsOfScope, Problem, type EventOf, type ExportRequested, type RequestExport } from '@annals/contracts';
import type { ExportState } from './export.js';

export interface RequestExportCommand extends RequestExport {
  account_id: string;
  export_id: string;
  user_id: string;
  limit_bytes: number;
  now: string;
}

/** An export id is made from the command id, so the same wish twice is one export. */
export function requestExport(command: RequestExportCommand, state: ExportState): EventOf<typeof ExportRequested>[] {
  if (state.kind === 'known') return [];
  const { now, include = [...partsOfScope(command.scope)], ...data } = command;
  return [{ type: 'ExportRequested', data: { ...data, include, requested_at: now } }];
}

/**
 * @throws Problem 404 when the export is not this person's, exactly as when there is none.
 */
export function known<S extends ExportState>(state: S, userId: string): Extract<S, { kind: 'known' }> {
  if (state.kind !== 'known' || state.request.user_id !== userId) {
    throw new Problem(404, 'export-unknown', 'There is no such export');
  }
  return state as Extract<S, { kind: 'known' }>;
}
