import type { Page } from '@playwright/test'

export interface PageWatch {
  /** console.error lines and uncaught errors, in order. */
  errors: string[]
  /** Addresses of requests that left the page's own origin. */
  foreign: string[]
}

/** Collect what a healthy page never does. Call before the first navigation. */
export function watchPage(page: Page, baseURL: string): PageWatch {
  const watch: PageWatch = { errors: [], foreign: [] }
  const { origin } = new URL(baseURL)
  page.on('console', (message) => {
    if (message.type() === 'error') watch.errors.push(message.text())
  })
  page.on('pageerror', (error) => watch.errors.push(error.stack ?? error.message))
  // Requests of workers are reported on the context, not on the page.
  page.context().on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== origin) watch.foreign.push(request.url())
  })
  return watch
}
