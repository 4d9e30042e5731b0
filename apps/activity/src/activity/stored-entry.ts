import { type ActivityEntry } from '@annals/contracts';
import { encodePosition, isErased } from '@annals/event-store';
import { projectionSchema } from '@annals/postgres';
import { type AddressOpener, openAddress } from '../log/open-address.js';
import { networkOf } from './network.js';
import { activityLog } from './projection.js';

export const activityTable = `${projectionSchema(activityLog)}.activity_entries`;

/** Columns that tell the place of an entry in the log of its account. */
export const placeColumns = ['commit_pos', 'prepare_pos', 'idx'] as const;

/** What `openEntries` needs of a row. */
export const storedColumns = `
  id, account_id, user_id, type, category, tags, data, source, device, session_id, request_id, occurred_at, recorded_at,
  commit_pos, prepare_pos, idx, event_id, stream, ip_subject, ip_sealed`;

/** A row as PostgreSQL gives it back; its bigints come as text. */
export interface StoredEntry extends Omit<ActivityEntry, 'occurred_at' | 'recorded_at' | 'position' | 'network'> {
  occurred_at: Date;
  recorded_at: Date;
  commit_pos: string;
  prepare_pos: string;
  idx: string;
  event_id: string;
  stream: string;
  ip_subject: string | null;
  ip_sealed: string | null;
}

/** Entries as they are shown: addresses are opened now and shortened to their networks, those of erased people are null. */
export async function openEntries(store: AddressOpener, rows: readonly StoredEntry[]): Promise<ActivityEntry[]> {
  // The facts of one request have one address.
  const networks = new Map<string, Promise<string | null>>();
  return Promise.all(
    rows.map(async (row) => {
      let network = networks.get(row.event_id);
      if (!network) networks.set(row.event_id, (network = networkOfRow(store, row)));
      return entryOf(row, await network);
    }),
  );
}

async function networkOfRow(store: AddressOpener, row: StoredEntry): Promise<string | null> {
  const { stream, event_id, ip_subject: subject, ip_sealed: sealed } = row;
  const address = await openAddress(store, { stream, event_id, subject, sealed });
  return address === null || isErased(address) ? null : networkOf(address as string);
}

function entryOf(row: StoredEntry, network: string | null): ActivityEntry {
  const { id, account_id, user_id, type, category, tags, data, source, device, session_id, request_id } = row;
  return {
    ...{ id, account_id, user_id, type, category, tags, data, source, device, network, session_id, request_id },
    occurred_at: row.occurred_at.toISOString(),
    recorded_at: row.recorded_at.toISOString(),
    position: encodePosition({ commit: BigInt(row.commit_pos), prepare: BigInt(row.prepare_pos) }),
  };
}
