/** Who a connector acts as, and where: what its connection test and its identity tell. */
/** The account that Plumbline acts as. */
export interface CheckedAccount {
  id: string;
  name?: string;
  /** Other ids of the same account, by which events name it. */
  aliases?: readonly string[];
}

/** What the connection test tells. */
export interface Check {
  version?: string;
  /** It is never removed from anything. */
  account?: CheckedAccount;
  scopes?: readonly string[];
  /** ISO 8601. */
  expiresAt?: string;
}

/** Which system the credential leads to. */
export interface Identity {
  /** The workspace's, organisation's or tenant's id; never its name, which may change. */
  id: string;
  /** What people call it, for example `team Acme`. */
  title?: string;
}
