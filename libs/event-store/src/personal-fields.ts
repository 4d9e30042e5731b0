import type { FieldPath, PersonalField, Purpose } from '@annals/contracts';
import { isSealed, keyIdOf, seal, unseal, type Sealed, type SealPlace } from './sealing.js';
import type { SubjectKey, SubjectKeys } from './subject-keys.js';

type Data = Record<string, unknown>;
type Change = (value: unknown, path: string) => unknown;
export type Place = Omit<SealPlace, 'path'>;

const below = (path: string, step: string | number): string => (path === '' ? String(step) : `${path}.${step}`);

/** Copies data with each present value at a path changed. Absent and null values hold nothing and stay as they are. */
function changeAt(value: unknown, path: FieldPath, change: Change, depth = 0, at = ''): unknown {
  if (value === null || value === undefined) return value;
  const step = path[depth];
  if (step === undefined) return change(value, at);
  if (typeof value !== 'object') return value;
  const into = (child: unknown, name: string | number): unknown =>
    changeAt(child, path, change, depth + 1, below(at, name));
  if (Array.isArray(value)) return step === '*' ? value.map(into) : value;
  if (step === '*') return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, into(child, name)]));
  if (!Object.hasOwn(value, step)) return value;
  return { ...value, [step]: into((value as Data)[step], step) };
}

/** Copies data with each sealed value changed, wherever it is. */
function changeSealed(value: unknown, change: (value: Sealed, path: string) => unknown, at = ''): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) return change(value, at);
  if (Array.isArray(value)) return value.map((child, index) => changeSealed(child, change, below(at, index)));
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, changeSealed(child, change, below(at, name))]),
  );
}

/** True when data outside the personal fields looks sealed: nobody but the store may write that form. */
export function imitatesSeal(data: Data, fields: readonly PersonalField[]): boolean {
  return looksSealed(fields.reduce<unknown>((rest, field) => changeAt(rest, field.path, () => null), data));
}

function looksSealed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isSealed(value) || Object.values(value).some(looksSealed);
}

export interface SealedData {
  data: Data;
  /** Of the keys that were used. */
  keyIds: string[];
}

/**
 * Seals every personal field that holds a value, each with the holder's key of its purpose.
 * @throws Problem 410 `subject-erased` when the holder gets no keys any more
 */
export async function sealFields(
  data: Data,
  fields: readonly PersonalField[],
  place: Place,
  holder: string,
  keys: SubjectKeys,
): Promise<SealedData> {
  const purposes = new Map<Purpose, SubjectKey>();
  for (const field of fields) {
    let holds = false;
    changeAt(data, field.path, (value) => ((holds = true), value));
    const purpose = field.mark.purpose;
    if (holds && !purposes.has(purpose)) purposes.set(purpose, await keys.current(holder, purpose));
  }
  let sealed = data;
  for (const field of fields) {
    const key = purposes.get(field.mark.purpose);
    if (key) sealed = changeAt(sealed, field.path, (value, path) => seal(value, key, { ...place, path })) as Data;
  }
  return { data: sealed, keyIds: [...purposes.values()].map((key) => key.id) };
}

/** Every sealed value at the marked fields, or anywhere when the data is of an older shape (`fields` absent). */
function eachSealed(
  data: Data,
  fields: readonly PersonalField[] | undefined,
  change: (value: Sealed, path: string) => unknown,
): Data {
  if (!fields) return changeSealed(data, change) as Data;
  let changed: unknown = data;
  for (const field of fields) {
    changed = changeAt(changed, field.path, (value, path) => (isSealed(value) ? change(value, path) : value));
  }
  return changed as Data;
}

/** Opens sealed fields; those whose key is gone become `Erased`. */
export async function openFields(
  data: Data,
  fields: readonly PersonalField[] | undefined,
  place: Place,
  keys: Pick<SubjectKeys, 'find'>,
): Promise<SealedData> {
  const found = new Map<string, SubjectKey | 'erased'>();
  eachSealed(data, fields, (value) => (found.set(keyIdOf(value), 'erased'), value));
  if (found.size === 0) return { data, keyIds: [] };
  for (const id of found.keys()) found.set(id, await keys.find(id));
  const opened = eachSealed(data, fields, (value, path) =>
    unseal(value, found.get(keyIdOf(value)) ?? 'erased', { ...place, path }),
  );
  return { data: opened, keyIds: [...found].filter(([, key]) => key !== 'erased').map(([id]) => id) };
}
