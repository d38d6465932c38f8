import type { ErrorCatalog } from './catalog'

/** Errors of storage: a message names cause, consequence and next action, in that order. */
export const storageErrors = {
  'http-unreachable': {
    en: ({ url }: { url: string }) =>
      `${url} could not be reached, so it was not loaded. Check the connection, or that the page is still being served, and try again.`,
    zh: ({ url }: { url: string }) => `无法访问 ${url}，因此没有载入。请检查网络连接，或确认页面所在的服务器仍在运行，然后重试。`,
  },
  'http-status': {
    en: ({ url, status }: { url: string; status: number }) =>
      `The server answered ${status} for ${url}, so it was not loaded. Reload the page; if it stays, the site was not published whole.`,
    zh: ({ url, status }: { url: string; status: number }) =>
      `服务器对 ${url} 返回了 ${status}，因此没有载入。请刷新页面；若问题依旧，说明站点文件没有发布完整。`,
  },
} satisfies ErrorCatalog
