const minute = 60_000;
const day = 24 * 60 * minute;

/** Mails of one kind that one person may ask for in a day. */
export const mailsPerDay = 5;

/**
 * Whether another mail may be asked for: at most one a minute and five a day, so nobody can flood a mail box.
 * @param askedAt when mails of the kind were asked for before, RFC 3339: the latest five are enough
 */
export function mayAskForMail(askedAt: readonly string[], now: string): boolean {
  const ages = askedAt.map((at) => Date.parse(now) - Date.parse(at));
  return ages.every((age) => age >= minute) && ages.filter((age) => age < day).length < mailsPerDay;
}
