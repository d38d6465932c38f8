import type { LaunchOptions, Page } from '@playwright/test'
import { systemChromium } from '../../scripts/lib/browsers.mjs'

/** WebGPU on Chromium's own SwiftShader, and nothing that reaches for the network on its own. */
export const CHROMIUM_ARGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--no-default-browser-check',
  '--no-pings',
]

/**
 * Launch options for Playwright: the system's Chromium where there is one, else Playwright's own. Its default
 * `--disable-gpu` is dropped because it takes WebGPU away; root needs `--no-sandbox`.
 */
export function chromiumLaunch(): { launchOptions: LaunchOptions; channel?: string } {
  const executablePath = systemChromium()
  const args = process.getuid?.() === 0 ? [...CHROMIUM_ARGS, '--no-sandbox'] : CHROMIUM_ARGS
  const launchOptions: LaunchOptions = { args, ignoreDefaultArgs: ['--disable-gpu'] }
  // The channel chooses the full browser over the headless shell, which knows no software WebGPU.
  return executablePath
    ? { launchOptions: { ...launchOptions, executablePath } }
    : { launchOptions, channel: 'chromium' }
}

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
