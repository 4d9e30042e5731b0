import type { Migration } from '@annals/postgres';
import { credentialTables } from './credential/migration.js';
import { recentProofs, sessionTables } from './session/migration.js';

/** What identity keeps outside events: secrets, which no log may hold for ever, and facts that change by the second. */
export const migrations: readonly Migration[] = [credentialTables, sessionTables, recentProofs];
