/**
 * What well-known credentials look like.
 *
 * Only forms that nothing but a credential has, in their full length, so that prose about tokens
 * raises no alarm.
 */
interface TokenForm {
  name: string;
  pattern: RegExp;
}

const tokenForms: readonly TokenForm[] = [
  // docs.slack.dev/authentication/tokens; rotated ones begin with xoxe.
  { name: "a Slack token", pattern: /\bxox[abeoprs](?:\.xox[bp])?-\d+-[0-9A-Za-z-]{20,}/ },
  { name: "a Slack app token", pattern: /\bxapp-\d+-[A-Z0-9]{8,}-\d+-[0-9a-f]{32,}/ },
  // api.slack.com/messaging/webhooks
  {
    name: "a Slack webhook address",
    pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[0-9A-Za-z]{20,}/,
  },
  // github.blog, "Behind GitHub's new authentication token formats" (2021)
  { name: "a GitHub token", pattern: /\bgh[opsur]_[0-9A-Za-z]{36,}/ },
  { name: "a GitHub token", pattern: /\bgithub_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}/ },
  // RFC 7468 section 10 and 11, and OpenSSH's own form
  {
    name: "a private key",
    pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s+(?:[A-Za-z-]+: [^\n]*\n)*\s*[0-9A-Za-z+/=]{40,}/,
  },
  // docs.aws.amazon.com, IAM identifiers; their documentation's own examples end in EXAMPLE
  { name: "an AWS access key", pattern: /\b(?:AKIA|ASIA)(?![A-Z2-7]{9}EXAMPLE\b)[A-Z2-7]{16}\b/ },
  // RFC 3986 section 3.2.1
  { name: "an address with a password", pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:[^\s/?#@]+@/i },
];

/** Something that each form holds, so that most strings are looked at once. */
const hint = /xox|xapp-|hooks\.slack\.com|gh[opsur]_|github_pat_|PRIVATE KEY|AKIA|ASIA|:\/\/[^\s/?#@]*@/;

/** @returns what a text holds, such as `a GitHub token`; undefined for a text without credentials. */
export function credentialIn(text: string): string | undefined {
  return hint.test(text) ? tokenForms.find(({ pattern }) => pattern.test(text))?.name : undefined;
}

/** Takes credentials out of a text that people will see. */
export function withoutCredentials(text: string): string {
  if (!hint.test(text)) return text;
  return tokenForms.reduce((rest, { pattern }) => rest.replaceAll(new RegExp(pattern, "g"), "********"), text);
}
