import { spawn } from 'node:child_process'
import { expect, test } from '@playwright/test'

test('npm start serves the built page: no module server, nothing that could reload it', async ({ page }) => {
  const server = spawn(process.execPath, ['scripts/start.mjs', '--no-open', '--port', '0'], { stdio: 'pipe' })
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let said = ''
      server.stdout.on('data', (piece: Buffer) => {
        said += piece.toString()
        const found = /http:\/\/localhost:\d+\//.exec(said)
        if (found) resolve(found[0])
      })
      server.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)))
    })
    const asked: string[] = []
    const sockets: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('websocket', (socket) => sockets.push(socket.url()))
    await page.goto(address)
    await expect(page.getByRole('status')).toHaveText('Ready to train', { timeout: 120_000 })
    expect(sockets).toEqual([])
    const sources = asked.filter((url) => /@vite|\/src\/|node_modules|\.tsx?($|\?)/.test(url))
    expect(sources).toEqual([])
    expect(asked.some((url) => /\/assets\/index-[\w-]+\.js$/.test(url))).toBe(true)
  } finally {
    server.kill()
  }
})
