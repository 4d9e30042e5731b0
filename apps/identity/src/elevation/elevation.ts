/** A super admin's time in an account with the rights of an ADMIN. Kept with the session it counts for. */
export interface Elevation {
  elevation_id: string;
  account_id: string;
  reason: string;
  expires_at: string;
}

/** The elevation that is in force for an account; undefined when there is none. */
export const elevationFor = (elevations: readonly Elevation[], accountId: string, now: string): Elevation | undefined =>
  elevations.find((one) => one.account_id === accountId && Date.parse(now) < Date.parse(one.expires_at));

/** The elevations of the session that asks, looked at `now`. */
export interface Elevated {
  elevations: readonly Elevation[];
  now: string;
}

/** Elevations count in the session they were started in, while its person is a super admin. */
export const elevatedIn = (
  session: { elevations: readonly Elevation[] } | null,
  user: { is_super_admin: boolean },
  now: string,
): Elevated | undefined => (session && user.is_super_admin ? { elevations: session.elevations, now } : undefined);
