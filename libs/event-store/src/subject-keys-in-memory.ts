import { randomBytes } from 'node:crypto';
import { Problem } from '@annals/contracts';
import { uuidv7 } from './ids.js';
import { personOf, type SubjectKey, type SubjectKeys } from './subject-keys.js';

/** Keys without a database, for specs. They are lost with the process. */
export interface SubjectKeysInMemory extends SubjectKeys {
  /** Destroys a holder's keys, a person's in all accounts; it gets no new ones. */
  destroy(holder: string): void;
}

export function subjectKeysInMemory(): SubjectKeysInMemory {
  const keys = new Map<string, { holder: string; key: SubjectKey | 'erased' }>();
  const byPurpose = new Map<string, SubjectKey>();
  const fenced = new Set<string>();
  return {
    current: async (holder, purpose) => {
      if (fenced.has(holder) || fenced.has(personOf(holder)))
        throw new Problem(410, 'subject-erased', 'This person was erased');
      const name = `${holder} ${purpose}`;
      const present = byPurpose.get(name);
      if (present) return present;
      const key = { id: uuidv7(), key: randomBytes(32) };
      byPurpose.set(name, key);
      keys.set(key.id, { holder, key });
      return key;
    },
    find: async (keyId) => {
      const found = keys.get(keyId);
      if (!found) throw new Problem(500, 'unknown-key', `No key ${keyId}`);
      return found.key;
    },
    destroy: (holder) => {
      fenced.add(holder);
      for (const entry of keys.values()) {
        if (entry.holder === holder || personOf(entry.holder) === holder) entry.key = 'erased';
      }
    },
  };
}
