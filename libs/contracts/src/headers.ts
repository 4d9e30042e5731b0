/** Names on the wire. Inbound spellings of `internalHeaders` are stripped at the gateway. */
export const headers = {
  requestId: 'x-request-id',
  correlationId: 'x-correlation-id',
  causationId: 'x-causation-id',
  transactionId: 'x-transaction-id',
  traceId: 'x-trace-id',
  accountId: 'account-id',
  position: 'x-position',
  minPosition: 'x-min-position',
  idempotencyKey: 'idempotency-key',
  /** Lets whoever holds it read how far an erasure is, without signing in. */
  erasureReceipt: 'erasure-receipt',
  idempotencyReplayed: 'idempotency-replayed',
  /** The signed identity part of the context, a compact JWS of type `ctx+jwt`. */
  context: 'x-annals-context',
  /** Says `none` when a command was answered and no event holds it; set by services, for the gateway alone. */
  effect: 'x-annals-effect',
  clientAddress: 'x-annals-client-address',
  clientAgent: 'x-annals-client-agent',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  baggage: 'baggage',
} as const;

/** Set by the gateway alone; a client's own values never pass. */
export const internalHeaders: readonly string[] = [
  headers.context,
  headers.effect,
  headers.clientAddress,
  headers.clientAgent,
  headers.correlationId,
  headers.causationId,
  headers.transactionId,
];
