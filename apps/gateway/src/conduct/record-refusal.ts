import { Problem } from '@annals/contracts';
import type { ContextResolver } from '../context/resolve-context.js';
import type { Exchange } from '../edge/exchange.js';
import { isRefusal, refusedConduct } from './conduct-of.js';
import type { ConductRecorder } from './record-conduct.js';

export interface RefusalOptions {
  conduct: ConductRecorder;
  contexts: Pick<ContextResolver, 'refusedCaller'>;
}

/** Records a refusal of the edge itself, when it is known who was refused; nothing for any other error. */
export async function recordRefusal(options: RefusalOptions, exchange: Exchange, error: unknown): Promise<void> {
  const { destination } = exchange;
  if (!(error instanceof Problem) || !destination || !isRefusal(destination, error.status)) return;
  const by = exchange.caller ?? options.contexts.refusedCaller(error);
  if (by) await options.conduct.record(refusedConduct({ exchange, destination, by }, error.status, error.code));
}
