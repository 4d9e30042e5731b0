import { randomBytes } from 'node:crypto';
import { Problem } from '@annals/contracts';
import { uuidv7 } from './ids.js';
import type { SubjectKey, SubjectKeys } from './subject-keys.js';

/** Keys without a database, for specs. They are lost with the process. */
export interface SubjectKeysInMemory extends SubjectKeys {
  /** Destroys a subject's keys; it gets no new ones. */
  destroy(subject: string): void;
}

export function subjectKeysInMemory(): SubjectKeysInMemory {
  const keys = new Map<string, { subject: string; key: SubjectKey | 'erased' }>();
  const byPurpose = new Map<string, SubjectKey>();
  const fenced = new Set<string>();
  return {
    current: async (subject, purpose) => {
      if (fenced.has(subject)) throw new Problem(410, 'subject-erased', 'This person was erased');
      const name = `${subject} ${purpose}`;
      const present = byPurpose.get(name);
      if (present) return present;
      const key = { id: uuidv7(), key: randomBytes(32) };
      byPurpose.set(name, key);
      keys.set(key.id, { subject, key });
      return key;
    },
    find: async (keyId) => {
      const found = keys.get(keyId);
      if (!found) throw new Problem(500, 'unknown-key', `No key ${keyId}`);
      return found.key;
    },
    destroy: (subject) => {
      fenced.add(subject);
      for (const entry of keys.values()) if (entry.subject === subject) entry.key = 'erased';
    },
  };
}
