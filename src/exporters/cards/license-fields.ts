/** Names of our own for licences that hubs have no short name for. */
const UNLISTED = new Set(['qwen-research', 'qwen', 'llama-community'])

/** Lines of a model card's front matter; what is no short name goes where hubs want any other text. */
export function licenseFields(license: string | null): string[] {
  if (!license) return []
  const isListed = /^[a-z0-9][a-z0-9.-]*$/.test(license) && !UNLISTED.has(license)
  return isListed
    ? [`license: ${JSON.stringify(license)}`]
    : ['license: other', `license_name: ${JSON.stringify(license)}`]
}
