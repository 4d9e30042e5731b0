import { banner } from './banner.js';
import { readConfig } from './config.js';
import { startFailure } from './start-failure.js';
import { startWhenStoreAnswers } from './start-when-store-answers.js';
import { type StoreState } from './log/event-log.js';

/** The event node as a process. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  // One listener for the whole life: between two, a signal would be lost.
  let stop: () => void = () => process.exit(0);
  const onSignal = () => {
    stop();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);

  const node = await startWhenStoreAnswers(
    {
      port: config.port,
      store: config.store,
      onStore: (state) => {
        say(storeLine(state));
      },
    },
    say,
  );
  const leave = async () => {
    await node.stop();
    say('Event node stopped.');
    process.exit(0);
  };
  stop = () => {
    stop = () => undefined;
    leave().catch(fail);
  };
  say(banner(node, config.store));
}

function storeLine(state: StoreState): string {
  switch (state.kind) {
    case 'waiting':
      return 'Another event node writes this store; this one waits for its end.';
    case 'lost':
      return `The store is lost (${reasonOf(state.cause)}); appends and reads answer UNAVAILABLE until it is back.`;
    case 'recovered':
      return `The store is back; the log ends at ${state.position.toString()}.`;
  }
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

function fail(error: unknown): void {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
}

main().catch(fail);
