import { type Migration } from '@annals/postgres';

/** Where the handlers of the consumer contract leave their effect. */
export const effectsMigration: Migration = {
  id: '0001-effects',
  sql: 'create table effects (topic text, key text, text text, account text, n bigserial)',
};
