// A chat with the model that lies beside this page: llama.cpp, as WebAssembly, on this device. Nothing is sent anywhere.
// It lies beside this file in the folder alone.
const { Wllama } = await import(new URL('./wllama.js', import.meta.url).href)

const WORDS = {
  en: {
    loading: 'Fetching the model',
    starting: 'Starting the model',
    ready: 'Runs on this device; nothing is sent anywhere.',
    ask: 'Your message',
    send: 'Send',
    stop: 'Stop',
    file: 'Opened from a file, a page may not read the model beside it. Start a small server in this folder, such as “python3 -m http.server”, and open the address that it names.',
    failed: 'The model could not be started: ',
  },
  zh: {
    loading: '正在取得模型',
    starting: '正在启动模型',
    ready: '在本设备上运行，不向任何地方发送内容。',
    ask: '输入消息',
    send: '发送',
    stop: '停止',
    file: '直接打开文件时，网页不能读取旁边的模型。请在此文件夹里启动一个小服务器，例如“python3 -m http.server”，再打开它给出的地址。',
    failed: '模型无法启动：',
  },
}
const language = navigator.language.startsWith('zh') ? 'zh' : 'en'
const words = WORDS[language]
const $ = (selector) => document.querySelector(selector)
const [state, progress, log, box] = ['#state', 'progress', 'main', 'textarea'].map($)
const [send, stop] = document.querySelectorAll('button')
document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
box.placeholder = words.ask
box.setAttribute('aria-label', words.ask)
send.textContent = words.send
stop.textContent = words.stop

const messages = []
let llama = null
let ending = null

function line(role, text = '') {
  const shown = document.createElement('p')
  shown.className = role
  shown.textContent = text
  log.append(shown)
  shown.scrollIntoView({ block: 'end' })
  return shown
}

/** The model's file, told of as it comes. */
async function fetchModel({ file, bytes, version }) {
  // Another export has another address, so that no copy of an earlier one is taken for it.
  const answer = await fetch(`./${file}?${version}`)
  if (!answer.ok) throw new Error(`${answer.status} ${file}`)
  const parts = []
  let done = 0
  for (const reader = answer.body.getReader(); ;) {
    const part = await reader.read()
    if (part.done) break
    parts.push(new Blob([part.value]))
    done += part.value.length
    progress.value = done / bytes
    state.textContent = `${words.loading}: ${Math.round(done / 1e6)} / ${Math.round(bytes / 1e6)} MB`
  }
  if (done !== bytes) throw new Error(`${file}: ${done} / ${bytes}`)
  return new File(parts, file)
}

/** Where the browser allows it, this visit keeps what the next one needs: before the model is fetched, not after. */
async function keepForLater() {
  const workers = navigator.serviceWorker
  if (!workers) return
  await workers.register('./sw.js')
  if (workers.controller) return
  await new Promise((resolve) => {
    workers.addEventListener('controllerchange', resolve, { once: true })
    // The first visit of a browser in which it never takes over goes on without.
    setTimeout(resolve, 3000)
  })
}

async function start() {
  if (location.protocol === 'file:') {
    state.textContent = words.file
    return
  }
  const about = await (await fetch('./chat.json')).json()
  document.title = about.name
  $('h1').textContent = about.name
  await keepForLater().catch(() => {})
  const model = await fetchModel(about)
  state.textContent = words.starting
  progress.removeAttribute('value')
  const silent = { debug() {}, log() {}, warn() {}, error() {} }
  const wasm = new URL(`./wllama.wasm?${about.client}`, document.baseURI).href
  llama = new Wllama({ default: wasm }, { suppressNativeLog: true, logger: silent, allowOffline: true })
  await llama.loadModel([model], {
    n_ctx: Math.min(about.context, 4096),
    n_gpu_layers: 0,
    n_parallel: 1,
    warmup: false,
  })
  progress.hidden = true
  state.textContent = words.ready
  box.disabled = send.disabled = false
  box.focus()
}

async function ask(text) {
  messages.push({ role: 'user', content: text })
  line('user', text)
  const shown = line('assistant', '…')
  let said = ''
  ending = new AbortController()
  send.disabled = true
  stop.hidden = false
  try {
    const { signal } = ending
    const chunks = await llama.createChatCompletion({ messages, stream: true, temperature: 0, abortSignal: signal })
    for await (const chunk of chunks) {
      said += chunk.choices[0]?.delta?.content ?? ''
      shown.textContent = said
      if (signal.aborted) break
    }
  } catch (error) {
    if (error.name !== 'AbortError' && !ending.signal.aborted) shown.textContent = `${said}\n(${error.message})`
  } finally {
    messages.push({ role: 'assistant', content: said })
    send.disabled = false
    stop.hidden = true
  }
}

$('form').addEventListener('submit', (event) => {
  event.preventDefault()
  const text = box.value.trim()
  if (!text || send.disabled) return
  box.value = ''
  void ask(text)
})
box.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault()
    $('form').requestSubmit()
  }
})
stop.addEventListener('click', () => ending?.abort())
start().catch((error) => {
  progress.hidden = true
  state.textContent = words.failed + error.message
})
