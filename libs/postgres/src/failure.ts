const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Texts of the driver's own errors, which carry no code. */
const connectionTexts = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'timeout exceeded when trying to connect',
  'timeout expired',
];

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : '';
}

/** The connection is gone or was never made; whether the last statement took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    connectionCodes.has(code) ||
    code.startsWith('08') ||
    code.startsWith('57P') ||
    connectionTexts.some((text) => error.message.includes(text))
  );
}

/**
 * The same work may succeed when done again: connection loss, conflicts between transactions (class 40), lack of
 * resources (53), a cancelled or timed-out statement (57), locks not available (55P03).
 * Codes: PostgreSQL manual, appendix A.
 */
export function isTransient(error: unknown): boolean {
  if (isConnectionLost(error)) return true;
  const code = codeOf(error);
  return code.startsWith('40') || code.startsWith('53') || code.startsWith('57') || code === '55P03';
}
