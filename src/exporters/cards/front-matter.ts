import { isHubId } from '../../contracts/hub-id'
import { licenseFields } from './license-fields'

/** The YAML that hubs read at the top of a model card. */
export function frontMatter(library: string, tags: string[], license: string | null, baseModel: string): string[] {
  return [
    '---',
    // From whichever hub it came: this name is looked up on the one that shows the card.
    ...(isHubId(baseModel) ? [`base_model: ${JSON.stringify(baseModel)}`] : []),
    `library_name: ${library}`,
    'pipeline_tag: text-generation',
    'tags:',
    ...tags.map((tag) => `- ${tag}`),
    ...licenseFields(license),
    '---',
  ]
}

/** A Markdown table of two columns without a head. */
export function factTable(rows: [string, string][]): string[] {
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value.replaceAll('|', '\\|')} |`)]
}
