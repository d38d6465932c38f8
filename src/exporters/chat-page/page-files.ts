import css from './page/chat.css?raw'
// oxlint-disable-next-line import/default -- Vite and esbuild give the text as the default export
import script from './page/chat.js?raw'
import html from './page/index.html?raw'
import worker from './page/sw.js?raw'

/** The files of the chat page that are the same for every model. */
export const pageFiles: Readonly<Record<string, string>> = {
  'index.html': html,
  'chat.js': script,
  'chat.css': css,
  'sw.js': worker,
}
