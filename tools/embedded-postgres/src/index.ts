export { startPostgres, type PostgresOptions, type RunningPostgres } from './start.js';
export { freePort } from './port.js';
export { isAlive } from './postmaster.js';
