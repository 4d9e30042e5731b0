import { context, ROOT_CONTEXT, type Context, type ContextManager } from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';

type Callback = (...args: unknown[]) => unknown;

/** OpenTelemetry's context carried by AsyncLocalStorage: one `run` per piece of work. */
function createContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, fn, thisArg, ...args) => storage.run(active, () => fn.apply(thisArg as never, args)),
    bind: <T>(active: Context, target: T): T => {
      if (typeof target !== 'function') return target;
      const bound = (...args: unknown[]) => storage.run(active, () => (target as unknown as Callback)(...args));
      return bound as T;
    },
    enable: () => manager,
    disable: () => {
      storage.disable();
      return manager;
    },
  };
  return manager;
}

/** Makes `context.with` work in this process. Safe to call again: the first manager stays. */
export function installContextManager(): void {
  if (!installed) installed = context.setGlobalContextManager(createContextManager());
}
let installed = false;
