/** Where passkeys are made and used. */
export interface RelyingParty {
  /** Domain that passkeys belong to (WebAuthn §5.1.2). */
  id: string;
  /** Origins of pages that may ask for them; compared exactly. */
  origins: readonly string[];
}

/** @param publicUrl the page's own address; @param others further origins of the same domain */
export const relyingParty = (publicUrl: string, others: readonly string[]): RelyingParty => {
  const { hostname, origin } = new URL(publicUrl);
  return { id: hostname, origins: [origin, ...others] };
};
