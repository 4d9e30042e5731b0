import type { ColumnSource, ImportKind, ImportMapping, RowProblem } from '@annals/contracts';
import { isReadOnly } from './exported-item.js';
import { rowProblem, type ReadOptions } from './options.js';
import { quoted, refusedFile } from './refused-file.js';
import { targetType, type TargetType } from './targets.js';

/** One place that is filled from columns. */
export interface Filled {
  target: string;
  type: TargetType;
  /** Which cells, by their index. */
  from: number[];
  source: Pick<ColumnSource, 'join' | 'transform'>;
}

/** What is done with the columns of a file. */
export interface ColumnPlan {
  width: number;
  filled: Filled[];
  /** Columns that name the account a row belongs to. */
  accounts: number[];
}

/** Columns of our own export of members by the place they fill. */
const exported: Readonly<Record<string, string>> = {
  ...{ 'user.email': 'email', 'user.name': 'name', 'user.profile_image': 'profile_image' },
  ...{ 'membership.role': 'role', 'membership.roles': 'roles' },
};
const required: Readonly<Record<ImportKind, readonly string[]>> = { members: ['email', 'name'], self: [] };
const namesAccount = (name: string): boolean => /^(.+\.)?(account_id|tenant_id)$/.test(name);
const isPassedOver = (name: string): boolean =>
  /^(user|membership|consents|restricted)(\.|$)/.test(name) || isReadOnly(name);

/**
 * Which column fills which place.
 * @param names the head of the file
 * @throws Problem 422 `column-unknown`, `column-missing`, `target-unknown`
 */
export function planColumns(names: readonly string[], { kind, mapping }: ReadOptions): ColumnPlan {
  const head = names.map((name) => name.trim());
  const filled = mapping ? mapped(head, kind, mapping) : named(head, kind);
  const missing = required[kind].find((target) => !filled.some((column) => column.target === target));
  if (missing) throw refusedFile('column-missing', `No column fills "${missing}"`);
  const accounts = head.flatMap((name, index) => (namesAccount(name) ? [index] : []));
  // What is filled whole comes before what is filled within it.
  filled.sort((a, b) => a.target.split('.').length - b.target.split('.').length);
  return { width: head.length, filled, accounts };
}

function named(head: readonly string[], kind: ImportKind): Filled[] {
  const taken = head.flatMap((name, index): Filled[] => {
    const target = exported[name] ?? name;
    if (!exported[name] && (namesAccount(name) || isPassedOver(name))) return [];
    const type = targetType(kind, target);
    if (!type)
      throw refusedFile('column-unknown', `Nothing is known of a column ${quoted(name)}; a mapping says what it is`);
    return [{ target, type, from: [index], source: { transform: [] } }];
  });
  const twice = taken.find(({ target }, index) => taken.findIndex((other) => other.target === target) < index);
  if (twice) throw refusedFile('column-duplicate', `Two columns fill "${twice.target}"`);
  return taken;
}

function mapped(head: readonly string[], kind: ImportKind, { columns }: ImportMapping): Filled[] {
  return Object.entries(columns).map(([target, source]) => {
    const from = [source.from].flat().map((name) => {
      const index = head.indexOf(name.trim());
      if (index < 0)
        throw refusedFile('column-unknown', `The file has no column ${quoted(name)}, which the mapping names`);
      return index;
    });
    return { target, type: mappedType(kind, target), from, source };
  });
}

/** @throws Problem 422 `target-unknown` */
export function mappedType(kind: ImportKind, target: string): TargetType {
  const type = targetType(kind, target);
  if (type) return type;
  throw refusedFile('target-unknown', `Nothing is called ${quoted(target)} that a column could fill`);
}

/** @returns a problem where a row names another account than the one it goes to */
export function accountProblem(row: number, named: readonly unknown[], accountId: string): RowProblem[] {
  const isOther = named.some(
    (id) => id !== '' && id !== null && !(typeof id === 'string' && id.toLowerCase() === accountId),
  );
  return isOther ? [rowProblem(row, 'account_id', 'wrong-account', 'belongs to another account than this one')] : [];
}
