import { type StoredEvent } from '@annals/event-store';
import { generateKeyPairSync } from 'node:crypto';
import { type NoteSigner } from '@annals/ledger';
import { type Pool } from '@annals/postgres';
import { project, storedEvents } from '@annals/testing';
import { auditLog } from '../audit/projection.js';

export const acme = '018f0000-0000-7000-8000-00000000000a';
export const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';

export const auditSigner = (): NoteSigner => ({
  name: 'annals.example/audit',
  privateKey: generateKeyPairSync('ed25519').privateKey,
});

/** Events of the same person in these accounts, each one entry of the account's log, after those that were before. */
export function entriesIn(accounts: readonly string[], before: readonly StoredEvent[] = []): StoredEvent[] {
  return storedEvents(
    accounts.map((account) => ({
      ...{ type: 'ProfileUpdated', stream: `profile-${account}_${ada}`, account_id: account },
      data: { account_id: account, user_id: ada, updated_at: '2026-01-01T00:00:00.000Z', name: 'Ada' },
    })),
    before,
  );
}

/** Puts entries into the logs as the projection does. */
export const happen = (pool: Pool, events: readonly StoredEvent[]): Promise<void> => project(pool, auditLog, events);
