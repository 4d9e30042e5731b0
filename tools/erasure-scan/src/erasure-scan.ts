import { parseArgs } from 'node:util';
import { type Places, placesOf } from './data-folder.js';
import { scan } from './scan.js';
import { verifyCertificate } from './verify-certificate.js';

const usage = `Looks for texts that should have been erased, in every store and in every form, and verifies certificates.

  npm run erasure-scan -- --canary <text> [--canary <text>…] [--subject <user id>] [--data <folder>]
      [--postgres <url of a superuser>] [--eventstore <url>] [--kafka <host:port,…>] [--redis <url>]
      [--objects <url>] [--folder <path>…]
      without a store it takes those of the embedded stack in --data (.data, or DATA_DIR)
      exit 0: nothing is there; 1: something is, and where; 2: nothing was found, but not everything could be seen
  npm run erasure-scan -- --certificate <file> --key 'name+id+key'
      exit 0 when the key signed it, 1 when not`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const many = { type: 'string', multiple: true } as const;
const options = {
  ...{ canary: many, subject: text, data: text, postgres: many, eventstore: text, kafka: text, redis: text },
  ...{ objects: many, folder: many, certificate: text, key: many, help: flag },
} as const;

const readArguments = () => parseArgs({ options }).values;
type Values = ReturnType<typeof readArguments>;

/** Stores that are named, or else all those of the stack in a folder; what is named besides comes on top. */
function placesFrom(values: Values, env: NodeJS.ProcessEnv): Places {
  const { data, postgres = [], eventstore, kafka, redis = env.REDIS_URL, objects = [], folder = [] } = values;
  const named = postgres.length + objects.length + folder.length > 0 || (eventstore ?? kafka) !== undefined;
  const stack = data !== undefined || !named ? placesOf(data ?? env.DATA_DIR ?? '.data') : undefined;
  return {
    postgres: [...(stack?.postgres ?? []), ...postgres],
    eventStore: eventstore ?? stack?.eventStore,
    kafka: (kafka ?? env.KAFKA_BROKERS)?.split(','),
    redis: redis || undefined,
    objects: [...objects, ...(env.OBJECTS_URL && !env.OBJECTS_URL.startsWith('file:') ? [env.OBJECTS_URL] : [])],
    folders: [...(stack?.folders ?? []), ...folder],
    clusters: stack?.clusters ?? [],
  };
}

async function run(): Promise<number> {
  const values = readArguments();
  const { canary = [], subject, certificate, key = [] } = values;
  if (values.help) return tell([usage], 0);
  if (certificate !== undefined) {
    const said = verifyCertificate(certificate, key);
    return said ? tell([JSON.stringify(said, null, 2), 'VERIFIED'], 0) : tell(['NOT VERIFIED'], 1);
  }
  if (canary.length === 0 && subject === undefined) throw new Error(`--canary is missing\n\n${usage}`);
  const outcome = await scan({ canaries: canary, subject, places: placesFrom(values, process.env) });
  return tell(outcome.lines(), outcome.exitCode());
}

function tell(lines: readonly string[], code: number): number {
  for (const line of lines) console.log(line);
  return code;
}

run().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(error.message);
    // Nothing was looked at: whoever relies on 0 or 1 must not take this for an answer.
    process.exitCode = 2;
  },
);
