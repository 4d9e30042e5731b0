import type { Express } from '@annals/service';
import type { RequestListener } from 'node:http';

/**
 * Puts a listener in front of an Express app: the server calls the app, the app calls the listener. Passing requests on
 * needs none of Express, whose dispatch costs about as much as all of our own work on a request.
 * @param make gets the app's own listener, for what it is to answer
 */
export function serveBefore(app: Express, make: (app: RequestListener) => RequestListener): void {
  // `handle` is what an app calls for each request; its type leaves it out.
  const dispatching = app as unknown as { handle: RequestListener };
  const appListener = dispatching.handle.bind(app);
  dispatching.handle = make(appListener);
}
