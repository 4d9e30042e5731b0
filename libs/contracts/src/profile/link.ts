import { z } from 'zod';

/** Name in DNS with at least two labels, in ASCII; the last one is no number, so no address of a machine passes. */
const hostName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

function isSafe(text: string): boolean {
  // What a browser would read the same way however it is written: no backslashes, and nothing invisible inside.
  if (!/^https?:\/\/[^/\\]/i.test(text) || /[\\\s\p{Cc}\p{Cf}\p{Cs}]/u.test(text)) return false;
  if (!URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return hostName.test(hostname) && username === '' && password === '';
}

/**
 * A link a browser may follow safely: http or https to a named host, no name or password in it (they make a reader take
 * `https://bank.example@evil.example/` for the bank), nothing invisible. The profile service keeps and answers it as
 * browsers write it, international host names in letters where they cannot be taken for others.
 */
export const webLink = z
  .string()
  .trim()
  .max(2048)
  .refine(isSafe, 'must be an http or https address of a named host, without user name, spaces or invisible characters')
  .meta({ format: 'uri' });
