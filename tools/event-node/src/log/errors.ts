/** The store cannot be reached, or an append to it failed midway: its outcome is unknown until the store is back. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The caller's deadline passed while the append waited in line; it was not and will not be written. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** A request that breaks a rule of the protocol, whatever the state of the log. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

/** The events of one append weigh more than the node takes. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}
