import type { EventOf, ExportCancelled } from '@annals/contracts';
import { idsOf, type ExportState } from './export.js';
import { known } from './request-export.js';

/** Ends an export that runs and removes the document of one that is done. Cancelling twice is cancelling once. */
export function cancelExport(
  command: { user_id: string; now: string },
  state: ExportState,
): EventOf<typeof ExportCancelled>[] {
  const current = known(state, command.user_id);
  if (current.status === 'cancelled' || current.status === 'failed') return [];
  return [{ type: 'ExportCancelled', data: { ...idsOf(current), cancelled_at: command.now } }];
}
