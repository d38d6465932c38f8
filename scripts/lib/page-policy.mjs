/**
 * What the built page may do, as its Content-Security-Policy: scripts and styles of its own files alone, none inline;
 * workers of its own (the engine's is a blob that imports one, so that it inherits this policy on every host); text
 * becomes a script's address through one named policy alone. WebAssembly may be compiled (llama.cpp, which opens GGUF
 * files again, the hashes of large files for a hub, ONNX models as judges); text still becomes no code. Connections may
 * go to hubs, whose addresses a person chooses and whose files lie elsewhere still: the service worker decides which
 * (src/offline/).
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "connect-src 'self' http: https:",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types tunetab',
].join('; ')

/** Headers for every file of the page, where a host can send some. `frame-ancestors` is heeded in headers alone. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': `${PAGE_POLICY}; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** The same as a `_headers` file, which several static hosts read. */
export const headersFile = () =>
  `/*\n${Object.entries(PAGE_HEADERS)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')}`
