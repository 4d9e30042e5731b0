import { parseArgs } from 'node:util';
import { allEvents } from '@annals/contracts';
import { list, parseMoment, show, state, tail, trace, type Replay } from './commands.js';
import { connectForReplay } from './connect.js';
import { parseSelection } from './selection.js';

const usage = `Reads event streams. Personal fields are masked: the same value has the same pseudonym.

  npm run replay -- ls    [selection]            one line per event
  npm run replay -- show  [selection]            whole events
  npm run replay -- tail  [selection]            the last events, then new ones as they happen
  npm run replay -- trace <correlation or request id>   what it set off, as a tree of causes
  npm run replay -- state <stream> [--at <time|revision|position>]

Selection:
  --account <id>   --category <name>   --stream <name>   --type <glob>   --actor <user id>
  --since <time>   --until <time>      as 2026-03-03T12:00:00Z or -7d, -90m
  --correlation <id>   --causation <id>   --request <id>   --where field=value
  --from-position <commit-prepare>        --limit <n> (50)
  --all-accounts   events of every account: for operators
  --json           one JSON document per line`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ account: text, category: text, stream: text, type: text, actor: text, since: text, until: text },
  ...{ correlation: text, causation: text, request: text, where: text, 'from-position': text, limit: text, at: text },
  ...{ 'all-accounts': flag, json: flag, help: flag },
} as const;

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, argument] = positionals;
  if (values.help || !command) return console.log(usage);
  const now = Date.now();
  const selection = parseSelection(values, now);
  const needsScope = ['ls', 'show', 'tail'].includes(command);
  const scoped =
    selection.account ?? selection.stream ?? selection.correlation ?? selection.request ?? values['all-accounts'];
  if (needsScope && !scoped)
    throw new Error('Name an account with --account <id>, or say --all-accounts as an operator');
  if (['trace', 'state'].includes(command) && !argument) throw new Error(`${command} needs one argument\n\n${usage}`);

  const access = connectForReplay();
  const replay: Replay = { ...access, json: values.json === true, print: (line) => console.log(line) };
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  try {
    if (command === 'ls') await list(replay, selection);
    else if (command === 'show') await show(replay, selection);
    else if (command === 'tail') {
      await tail(replay, selection, [...new Set(allEvents.map(({ category }) => category))], interrupted.signal);
    } else if (command === 'trace') await trace(replay, argument!);
    else if (command === 'state') await state(replay, argument!, parseMoment(values.at, now));
    else throw new Error(`"${command}" is no command\n\n${usage}`);
  } finally {
    await access.close();
  }
}

run().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
