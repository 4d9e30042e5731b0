import { Problem } from '@annals/contracts';

/** There is no object of this name, or no more. A service that knows a better word for its clients says that instead. */
export class ObjectNotFound extends Problem {
  constructor(readonly objectName: string) {
    super(404, 'object-not-found', 'There is no such object, or no more');
    this.name = 'ObjectNotFound';
  }
}

/** The object is larger than the reader takes: somebody else wrote it, or the reader's bound is wrong. */
export class ObjectTooLarge extends Error {
  constructor(
    readonly objectName: string,
    readonly maxBytes: number,
  ) {
    super(`${objectName} has more than the ${maxBytes} bytes that are taken into memory`);
    this.name = 'ObjectTooLarge';
  }
}

/** The object store did not do it, or did not say so in time. Everything it is asked can be asked again. */
export function objectStoreUnavailable(cause: unknown): Problem {
  return new Problem(
    503,
    'object-store-unavailable',
    'The store of files does not answer; the same request can be sent again',
    { headers: { 'retry-after': '1' }, cause },
  );
}
