import { Problem } from '@annals/contracts';
import type { ContextResolver } from '../context/resolve-context.js';
import type { Exchange } from '../edge/exchange.js';
import { denialOf } from './denial-of.js';
import type { DenialRecorder } from './record-denials.js';

export interface RefusalOptions {
  denials: DenialRecorder;
  contexts: Pick<ContextResolver, 'refusedCaller'>;
}

/** Records a 403 of the edge itself, when it is known who was refused; nothing for any other error. */
export async function recordRefusal(options: RefusalOptions, exchange: Exchange, error: unknown): Promise<void> {
  if (!(error instanceof Problem) || error.status !== 403 || !exchange.destination) return;
  const by = exchange.caller ?? options.contexts.refusedCaller(error);
  if (by) await options.denials.record(denialOf(exchange, exchange.destination, by, error.code));
}
