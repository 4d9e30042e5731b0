import type { StoredEvent } from '@annals/event-store';
import type { IntegrationEvent } from '@annals/messaging';

const idsOf = (event: StoredEvent) => {
  const { account_id, export_id, user_id } = event.data as Record<'account_id' | 'export_id' | 'user_id', string>;
  return { account_id, export_id, user_id };
};

/** The job that a request sets off, for the workers. */
export function jobOf(event: StoredEvent): IntegrationEvent | null {
  if (event.type !== 'ExportRequested') return null;
  const ids = idsOf(event);
  return { key: `${ids.account_id}/${ids.export_id}`, type: 'export.requested.v1', data: ids };
}

const told: Readonly<Record<string, string>> = {
  ExportRequested: 'export.requested.v1',
  ExportSucceeded: 'export.succeeded.v1',
  ExportFailed: 'export.failed.v1',
  ExportCancelled: 'export.cancelled.v1',
  ExportExpired: 'export.expired.v1',
  ExportDownloaded: 'export.downloaded.v1',
};

const toldOfErasures: Readonly<Record<string, string>> = {
  ErasureRequested: 'export.erasure_requested.v1',
  ErasureCancelled: 'export.erasure_cancelled.v1',
  ErasureBegun: 'export.erasure_begun.v1',
  ErasureKeysDestroyed: 'export.erasure_keys_destroyed.v1',
  ErasureCertified: 'export.erasure_certified.v1',
};

/** Who learns of an erasure asks for it by its id: the message itself says no more, for it may outlive its person. */
function erasureEventOf({ type, data }: StoredEvent): IntegrationEvent | null {
  const name = toldOfErasures[type];
  if (!name) return null;
  const erasure_id = String(data.erasure_id);
  return { key: `erasure/${erasure_id}`, type: name, data: { erasure_id } };
}

/** What others learn about exports and erasures: ids and what happened. */
export function integrationEventOf(event: StoredEvent): IntegrationEvent | null {
  const type = told[event.type];
  if (!type) return erasureEventOf(event);
  const ids = idsOf(event);
  return { key: `${ids.account_id}/${ids.export_id}`, type, data: ids };
}
