import { Problem, type EventOf, type ExportDownloaded } from '@annals/contracts';
import { idsOf, type ExportState } from './export.js';
import { known } from './request-export.js';

/**
 * A document is handed out once. The fact is written before the first byte leaves, so two downloads at once
 * cannot both succeed.
 * @throws Problem 409 while it is not ready, 410 when it was taken or has expired.
 */
export function downloadExport(
  command: { user_id: string; now: string },
  state: ExportState,
): EventOf<typeof ExportDownloaded>[] {
  const current = known(state, command.user_id);
  if (current.status === 'cancelled') throw new Problem(410, 'export-removed', 'This export was cancelled');
  if (!current.document) throw new Problem(409, 'export-not-ready', `This export is ${current.status}`);
  if (current.downloaded_at) throw new Problem(410, 'export-already-downloaded', 'This export was downloaded already');
  if (current.expired || current.document.expires_at <= command.now)
    throw new Problem(410, 'export-expired', 'This export has expired');
  return [{ type: 'ExportDownloaded', data: { ...idsOf(current), downloaded_at: command.now } }];
}
