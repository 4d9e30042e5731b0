/**
 * A name in the form in which two are the same: compatibility forms (Unicode NFKC), white space and case do not count.
 * The result is composed again, for lower case can take compositions apart.
 */
export const sameName = (name: string): string =>
  name.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase().normalize('NFKC');
