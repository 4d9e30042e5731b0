import type { AccessEnd, EventOf, ExportCancelled, ExportExpired } from '@annals/contracts';
import { idsOf, type ExportState } from '../export/export.js';

/**
 * Ends an export whose person may not have it any more: one that runs is cancelled, and a document cannot be fetched from
 * now on. What has ended otherwise stays as it is; nothing brings an ended export back.
 */
export function endExport(
  { reason, now }: { reason: AccessEnd; now: string },
  state: ExportState,
): (EventOf<typeof ExportCancelled> | EventOf<typeof ExportExpired>)[] {
  if (state.kind === 'none') return [];
  const ids = idsOf(state);
  if (state.status === 'queued' || state.status === 'running') {
    return [{ type: 'ExportCancelled', data: { ...ids, cancelled_at: now, reason } }];
  }
  if (state.document === null || state.document.expires_at <= now) return [];
  return [{ type: 'ExportExpired', data: { ...ids, expired_at: now, reason } }];
}
