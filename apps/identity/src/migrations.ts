import type { Migration } from '@annals/postgres';
import { apiKeyTables } from './apikey/migration.js';
import { elevationTables } from './elevation/migration.js';
import { permissionUseTables } from './permission-use/migration.js';
import { credentialTables, passwordChanges } from './credential/migration.js';
import { erasedPeople } from './erasure/rows.js';
import { invitationTables } from './invitation/migration.js';
import { factorTables } from './factor/migration.js';
import { grantTables } from './grant/migration.js';
import { shownTokens } from './provider/migration.js';
import { recentProofs, sessionAccount, sessionPlaces, sessionTables } from './session/migration.js';

/** What identity keeps outside events: secrets, which no log may hold for ever, and facts that change by the second. */
export const migrations: readonly Migration[] = [
  credentialTables,
  sessionTables,
  recentProofs,
  passwordChanges,
  factorTables,
  sessionPlaces,
  invitationTables,
  grantTables,
  shownTokens,
  apiKeyTables,
  elevationTables,
  permissionUseTables,
  erasedPeople,
  sessionAccount,
];
