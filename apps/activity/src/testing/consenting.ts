import { type CurrentUserContext } from '@annals/contracts';
import { projectionSchema, withTenant } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import { trackingConsents } from '../consent/tracking-consents.js';
import { type ActivityUnderTest } from './activity-service.js';

/** Somebody who consents to being tracked, as the projection leaves it; so their log holds nothing yet. */
export async function consenting(
  { stores }: ActivityUnderTest,
  over: Partial<CurrentUserContext> = {},
): Promise<CurrentUserContext> {
  const who = signedIn('VIEWER', over);
  await withTenant(stores.database.pool, { accountId: who.account_id! }, (tx) =>
    tx.query(
      `insert into ${projectionSchema(trackingConsents)}.tracking_consents values ($1, $2, true, '2026-01-01')`,
      [who.account_id, who.user_id],
    ),
  );
  return who;
}
