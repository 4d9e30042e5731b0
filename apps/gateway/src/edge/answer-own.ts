import { once } from 'node:events';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import type { Exchange } from './exchange.js';

/** Answers here what belongs to no service, through the same door: with a signed context and nothing of the client's. */
export async function answerOwn(answer: RequestListener, exchange: Exchange, inside: readonly string[]): Promise<void> {
  const { request, response, own } = exchange;
  const received: IncomingHttpHeaders = {};
  for (let index = 0; index < inside.length; index += 2) received[inside[index]!] = inside[index + 1]!;
  request.headers = received;
  for (let index = 0; index < own.length; index += 2) response.appendHeader(own[index]!, own[index + 1]!);
  answer(request, response);
  if (!response.writableEnded && !response.destroyed) await once(response, 'close');
}
