import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Passwords of one cluster's roles, made on first use and kept in a file that only its owner reads. */
export interface Secrets {
  passwordOf(role: string): string;
}

export function openSecrets(file: string): Secrets {
  const known: Record<string, string> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)
    : {};
  return {
    passwordOf(role) {
      const existing = known[role];
      if (existing) return existing;
      const password = randomBytes(24).toString('base64url');
      known[role] = password;
      // Written whole and moved into place: a half-written file would lock everybody out of the data.
      writeFileSync(`${file}.new`, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return password;
    },
  };
}
