import { parseVerifier } from '@annals/ledger';
import { type Fault } from './faults.js';
import { readLines, readWitness } from './read-lines.js';
import { verifyExport, type Verdict } from './verify-export.js';

export interface VerifyOptions {
  export: string;
  checkpoints?: string | undefined;
  witness?: string | undefined;
  /** Lines `name+id+key`. */
  keys: readonly string[];
  log?: string | undefined;
  part?: boolean | undefined;
}

/**
 * Verifies files and says what was proven.
 * @returns whether all is well
 * @throws Error for a file that cannot be read, or a key that is none
 */
export async function verifyFiles(options: VerifyOptions, print: (line: string) => void): Promise<boolean> {
  const { checkpoints, witness, log, part } = options;
  if (options.keys.length === 0) throw new Error('Name the key that signs, as --key name+id+key');
  const verdict = await verifyExport({
    export: readLines(options.export),
    verifiers: options.keys.map(parseVerifier),
    ...(checkpoints !== undefined && { checkpoints: readLines(checkpoints) }),
    ...(witness !== undefined && { witness: readWitness(witness) }),
    ...(log !== undefined && { log }),
    ...(part && { part }),
  });
  tell(verdict, print);
  return verdict.faults.length === 0;
}

function tell(
  { log, from, to, proven, signed, rounds, opened, gone, faults }: Verdict,
  print: (line: string) => void,
): void {
  print(`log       ${log ?? 'of nobody: there is no entry'}`);
  print(`entries   ${to - from}, from ${from} to ${to}; ${signed} are signed`);
  print(`proven    ${proven > from ? `entries ${from} to ${proven - 1} are what was signed` : 'nothing'}`);
  if (gone > 0)
    print(`gone      of ${gone} entries there is only the hash: retention removed them, or somebody holds them back`);
  print(`rounds    ${rounds} verified`);
  if (opened) print('not       the values under "opened": they are read with keys that no proof needs');
  for (const fault of faults) print(`FAULT     ${fault.kind}${placeOf(fault)}: ${fault.why}`);
  print(faults.length === 0 ? 'VERIFIED' : 'NOT VERIFIED');
}

function placeOf({ seq, through }: Fault): string {
  if (seq === undefined) return '';
  return through === undefined || through === seq
    ? `, first bad entry ${seq}`
    : `, first bad entry one of ${seq} to ${through}`;
}
