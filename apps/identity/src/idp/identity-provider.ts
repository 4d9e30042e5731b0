/** Somebody who shall be able to sign in at the identity provider. */
export interface NewIdentity {
  /** Our id: made part of theirs where the provider allows it, so that creating twice is recognised. */
  user_id: string;
  email: string;
  name: string;
}

/**
 * An identity provider whose people this system looks after. Every call may be repeated: what is so already is no error.
 * All throw an error when the provider cannot be reached or refuses; it names no person and no secret.
 */
export interface IdentityProviderPort {
  /** `iss` of its tokens. */
  issuer: string;
  /**
   * Makes the person known there, or finds who is known by the address and has proved to hold it.
   * @returns the `sub` of their tokens
   * @throws Error when somebody has the address there who has not proved to hold it
   */
  createUser(person: NewIdentity): Promise<string>;
  /** Signs in there no more. Who is not known there cannot. */
  blockUser(subject: string): Promise<void>;
  unblockUser(subject: string): Promise<void>;
  deleteUser(subject: string): Promise<void>;
  /**
   * The `sub` of whom {@link createUser} made known there for us: known without asking, and also when everything that was
   * kept of the person is gone. Whoever was there before us has another one.
   */
  subjectOf(userId: string): string;
  /** @returns a link under which who opens it chooses the person's password: only for a mail to their address */
  inviteUser(subject: string): Promise<string>;
}
