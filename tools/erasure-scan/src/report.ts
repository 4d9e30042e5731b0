/** What a scan found, where it looked, and where it could not. */
export interface Report {
  /** Something is there that should not be. */
  found(where: string, forms: readonly string[]): void;
  /** Bytes that nothing refers to any more, and what removes them. */
  residue(where: string, forms: readonly string[], removedBy: string): void;
  looked(where: string, bytes: number): void;
  /** A place that could not be looked into, or not whole. */
  blind(where: string, error: unknown): void;
}

export interface Outcome extends Report {
  /** 0: nothing is there; 1: something is; 2: nothing was found, but not everything was seen. */
  exitCode(): 0 | 1 | 2;
  /** For people; names places and forms, and never the text. */
  lines(): string[];
}

export function createOutcome(): Outcome {
  const findings = new Map<string, number>();
  const residues = new Map<string, number>();
  const blinds: string[] = [];
  const places = new Map<string, number>();
  const count = (into: Map<string, number>, line: string) => into.set(line, (into.get(line) ?? 0) + 1);
  const many = ([line, times]: [string, number]) => (times > 1 ? `${line}, ${times} times` : line);
  return {
    found: (where, forms) => forms.forEach((form) => count(findings, `FOUND    ${where}: ${form}`)),
    residue: (where, forms, removedBy) =>
      forms.forEach((form) => count(residues, `RESIDUE  ${where}: ${form}; ${removedBy} removes it`)),
    looked: (where, bytes) => void places.set(where, (places.get(where) ?? 0) + bytes),
    blind: (where, error) =>
      void blinds.push(`BLIND    ${where}: ${error instanceof Error ? error.message || error.name : String(error)}`),
    exitCode: () => (findings.size > 0 ? 1 : blinds.length > 0 ? 2 : 0),
    lines() {
      const bytes = [...places.values()].reduce((sum, each) => sum + each, 0);
      const said = findings.size > 0 ? 'FOUND' : blinds.length > 0 ? 'NOT EVERYTHING WAS SEEN' : 'NOTHING FOUND';
      return [
        ...[...findings].map(many),
        ...[...residues].map(many),
        ...blinds,
        `looked   ${places.size} places, ${(bytes / 1e6).toFixed(1)} MB`,
        said,
      ];
    },
  };
}
