/** What TypeScript's page library does not know yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): { createScriptURL(address: string): string }
}

const trusted = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
const policy = trusted?.createPolicy('tunetab', {
  /** Scripts of this page alone: its own files and blobs that it made. */
  createScriptURL(address) {
    if (new URL(address.replace(/^blob:/, ''), document.baseURI).origin === window.location.origin) return address
    throw new TypeError(`${address} is no script of this page`)
  },
})

/** An address that may be loaded as a script, for browsers that know Trusted Types and for those that do not. */
export const scriptAddress = (address: string): string => policy?.createScriptURL(address) ?? address
