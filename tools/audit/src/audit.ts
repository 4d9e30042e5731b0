import { parseArgs } from 'node:util';
import { fetchEvidence } from './fetch-command.js';
import { verifyFiles } from './verify-command.js';

const usage = `Verifies audit logs without the system that keeps them.

  npm run audit -- fetch  --url <api> --token <token> --out <folder> [--account <id or slug>] [--open] [--house]
      pulls the export and its checkpoints; the token may stand in AUDIT_TOKEN
  npm run audit -- verify --export <file> --key 'name+id+key' [--checkpoints <file>] [--witness <folder>]
      [--log <account id>] [--part]
      exit 0 when all is what was signed, 1 when not; --part takes an export that is a part of a log
      --witness names the second place of the signed rounds, or a copy of it`;

const text = { type: 'string' } as const;
const many = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ export: text, checkpoints: text, witness: text, log: text, url: text, token: text, account: text, out: text },
  ...{ key: many, part: flag, open: flag, house: flag, help: flag },
} as const;

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const print = (line: string) => console.log(line);
  const needed = (name: 'export' | 'url' | 'out'): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is missing\n\n${usage}`);
    return value;
  };
  if (values.help || positionals.length === 0) return print(usage);
  if (positionals[0] === 'verify') {
    const { checkpoints, witness, log, part, key = [] } = values;
    const fine = await verifyFiles({ export: needed('export'), checkpoints, witness, log, part, keys: key }, print);
    process.exitCode = fine ? 0 : 1;
  } else if (positionals[0] === 'fetch') {
    const token = values.token ?? process.env.AUDIT_TOKEN;
    if (!token) throw new Error(`--token is missing\n\n${usage}`);
    const { account, open, house } = values;
    await fetchEvidence({ url: needed('url'), token, account, folder: needed('out'), open, house }, print);
  } else throw new Error(`"${positionals[0]}" is no command\n\n${usage}`);
}

run().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
