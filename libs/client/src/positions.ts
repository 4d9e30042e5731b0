/** The newest write position seen per stream category, so that the next read is at least that fresh. */
export interface Positions {
  /** Takes the `x-position` of an answer. */
  remember(header: string | null): void;
  /** Value for `x-min-position`; null when nothing was written yet. */
  header(): string | null;
}

/** Categories are a handful in our API; the bound keeps a strange server from filling our memory. */
const MAX_CATEGORIES = 64;
const token = /^(\d+)-(\d+)@([\w-]+)$/;

export function rememberPositions(): Positions {
  const newest = new Map<string, { commit: bigint; prepare: bigint; text: string }>();
  return {
    remember(header) {
      for (const text of header?.split(',') ?? []) {
        const [, commit, prepare, category] = token.exec(text.trim()) ?? [];
        if (commit === undefined || prepare === undefined || category === undefined) continue;
        const seen = { commit: BigInt(commit), prepare: BigInt(prepare), text: text.trim() };
        const known = newest.get(category);
        const isNewer =
          !known || seen.commit > known.commit || (seen.commit === known.commit && seen.prepare > known.prepare);
        if (isNewer && (known || newest.size < MAX_CATEGORIES)) newest.set(category, seen);
      }
    },
    header: () => (newest.size === 0 ? null : [...newest.values()].map((one) => one.text).join(',')),
  };
}
