import type { Route } from '../../route.js';

export const directoryRoutes: readonly Route[] = [];
