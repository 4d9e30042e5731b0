/** Conditions of a query, joined by `and`; values travel as parameters only. */
export interface Conditions {
  /** `?` in the text stands for the value. */
  add(text: string, value: unknown): void;
  /** Adds the condition unless the value is absent. */
  maybe(text: string, value: unknown): void;
  text(): string;
  readonly values: unknown[];
}

export function conditions(): Conditions {
  const parts: string[] = [];
  const values: unknown[] = [];
  const add = (text: string, value: unknown): void => {
    values.push(value);
    parts.push(text.replaceAll('?', `$${values.length}`));
  };
  return {
    add,
    maybe: (text, value) => {
      if (value !== undefined) add(text, value);
    },
    text: () => parts.join(' and '),
    values,
  };
}

/** Pattern that finds `text` anywhere; the text's own wildcards count as themselves. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`;
}
