import type { ErrorCatalog } from './catalog'

/** Errors of storage: a message names cause, consequence and next action, in that order. */
export const storageErrors = {
  'http-unreachable': {
    en: ({ url }: { url: string }) =>
      `${url} could not be reached, so it was not loaded. Check the connection, or that the page is still being served, and try again.`,
    zh: ({ url }: { url: string }) =>
      `无法访问 ${url}，因此没有载入。请检查网络连接，或确认页面所在的服务器仍在运行，然后重试。`,
  },
  'http-status': {
    en: ({ url, status }: { url: string; status: number }) =>
      `The server answered ${status} for ${url}, so it was not loaded. Reload the page; if it stays, the site was not published whole.`,
    zh: ({ url, status }: { url: string; status: number }) =>
      `服务器对 ${url} 返回了 ${status}，因此没有载入。请刷新页面；若问题依旧，说明站点文件没有发布完整。`,
  },
  'http-listing': {
    en: ({ url }: { url: string }) =>
      `${url} is no list of files, so nothing was loaded. Reload the page; if it stays, the site was not published whole.`,
    zh: ({ url }: { url: string }) =>
      `${url} 不是文件列表，因此没有载入任何内容。请刷新页面；若问题依旧，说明站点文件没有发布完整。`,
  },
  'http-length': {
    en: ({ url, expected, actual }: { url: string; expected: number; actual: number }) =>
      `${url} came with ${actual} bytes where ${expected} are listed, so it was not opened. Reload the page; if it stays, the site was not published whole.`,
    zh: ({ url, expected, actual }: { url: string; expected: number; actual: number }) =>
      `${url} 收到 ${actual} 字节，而列表中为 ${expected} 字节，因此没有打开。请刷新页面；若问题依旧，说明站点文件没有发布完整。`,
  },
  'hub-id': {
    en: (p: { id: string }) =>
      `"${p.id}" is no model id, so there is nothing to ask the hub for. Write it as owner/name, for example Qwen/Qwen2.5-0.5B-Instruct.`,
    zh: (p: { id: string }) =>
      `“${p.id}” 不是有效的模型编号，无法向模型库查询。请按“所有者/名称”填写，例如 Qwen/Qwen2.5-0.5B-Instruct。`,
  },
  'hub-endpoint': {
    en: (p: { endpoint: string }) =>
      `"${p.endpoint}" is no web address, so the hub cannot be asked. Write the endpoint with https://, for example https://huggingface.co.`,
    zh: (p: { endpoint: string }) =>
      `“${p.endpoint}” 不是有效的网址，无法访问模型库。请填写带 https:// 的地址，例如 https://huggingface.co。`,
  },
  'hub-unauthorized': {
    en: (p: { id: string; endpoint: string; hadToken: boolean }) =>
      `${p.endpoint} wants to know who asks for ${p.id} (401): the model is private or gated, or the id is wrong. Nothing was downloaded. ` +
      (p.hadToken
        ? 'The token was not accepted: make a new one with read access.'
        : 'Check the id, or give an access token with read access.'),
    zh: (p: { id: string; endpoint: string; hadToken: boolean }) =>
      `${p.endpoint} 要求验证身份才能访问 ${p.id}（401）：该模型可能是私有或受限的，也可能编号有误。未下载任何内容。` +
      (p.hadToken ? '当前令牌未被接受，请新建一个有读取权限的令牌。' : '请检查编号，或提供有读取权限的访问令牌。'),
  },
  'hub-forbidden': {
    en: (p: { id: string; endpoint: string }) =>
      `${p.endpoint} refuses access to ${p.id} (403): its authors ask for consent first, or the token may not read it. Nothing was downloaded. Open the model's page, accept its conditions, and try again with your token.`,
    zh: (p: { id: string; endpoint: string }) =>
      `${p.endpoint} 拒绝访问 ${p.id}（403）：该模型需要先同意作者的条款，或令牌没有读取权限。未下载任何内容。请打开模型页面同意条款，再用您的令牌重试。`,
  },
  'hub-not-found': {
    en: (p: { id: string; revision: string; endpoint: string }) =>
      `${p.endpoint} has no model ${p.id} at revision ${p.revision}, so nothing was downloaded. Check the spelling of the id and the revision.`,
    zh: (p: { id: string; revision: string; endpoint: string }) =>
      `${p.endpoint} 上没有版本为 ${p.revision} 的模型 ${p.id}，未下载任何内容。请检查编号和版本的拼写。`,
  },
  'hub-unreachable': {
    en: (p: { endpoint: string; offline: boolean }) =>
      `${p.endpoint} could not be reached${p.offline ? ': this device is offline' : ''}, so the download has not begun or was broken off. What was received is kept. ` +
      (p.offline
        ? 'Connect and try again: it goes on from there.'
        : 'Try again, it goes on from there; or set another endpoint (a mirror that allows cross-origin requests), or choose a folder on disk.'),
    zh: (p: { endpoint: string; offline: boolean }) =>
      `无法连接 ${p.endpoint}${p.offline ? '：设备处于离线状态' : ''}，下载尚未开始或已中断，已收到的部分会保留。` +
      (p.offline
        ? '请联网后重试，会从中断处继续。'
        : '请重试，会从中断处继续；也可以换一个地址（允许跨域访问的镜像），或改用本地文件夹。'),
  },
  'hub-status': {
    en: (p: { url: string; status: number }) =>
      `The hub answered ${p.status} for ${p.url}, so the download stopped. What was received is kept. Try again in a while: it goes on from there.`,
    zh: (p: { url: string; status: number }) =>
      `模型库对 ${p.url} 返回 ${p.status}，下载已停止，已收到的部分会保留。请稍后重试，会从中断处继续。`,
  },
  'hub-busy': {
    en: (p: { endpoint: string; seconds: number }) =>
      `${p.endpoint} asks to be left alone for ${p.seconds} seconds, so the download stopped. What was received is kept. Try again after that: it goes on from there.`,
    zh: (p: { endpoint: string; seconds: number }) =>
      `${p.endpoint} 要求 ${p.seconds} 秒后再访问，下载已停止，已收到的部分会保留。请届时重试，会从中断处继续。`,
  },
  'hub-listing': {
    en: (p: { id: string; endpoint: string }) =>
      `What ${p.endpoint} answered for ${p.id} is no list of files, so nothing was downloaded. Check that the address is a hub's and that no sign-in page stands between (hotels and offices have them), then try again.`,
    zh: (p: { id: string; endpoint: string }) =>
      `${p.endpoint} 对 ${p.id} 返回的不是文件列表，因此没有下载任何内容。请确认该地址是模型库，且没有被登录页面拦截（酒店和公司网络常见），然后重试。`,
  },
  'hub-revision': {
    en: (p: { revision: string }) =>
      `"${p.revision}" is no revision that a hub could have, so nothing was asked for. Write the name of a branch or tag, or a commit's number; "main" is the usual one.`,
    zh: (p: { revision: string }) =>
      `“${p.revision}” 不是有效的版本，因此没有发出请求。请填写分支、标签或提交编号，通常是 main。`,
  },
  'hub-token': {
    en: () =>
      'The access token holds characters that no token has (spaces, accents or signs of other scripts), so it was not sent. Copy it again from the hub, without anything around it.',
    zh: () =>
      '访问令牌中含有令牌不会有的字符（空格、重音或其他文字），因此没有发送。请从模型库重新复制，不要带上其他内容。',
  },
  'hub-file-damaged': {
    en: (p: { path: string; id: string }) =>
      `${p.path} of ${p.id} arrived otherwise than the hub lists it: another length or another hash, twice. It was thrown away and not opened. Try again later, or set another endpoint: a mirror or a network in between may be changing files.`,
    zh: (p: { path: string; id: string }) =>
      `${p.id} 的 ${p.path} 两次收到的内容都与模型库的列表不符（长度或校验值不同），已丢弃，没有打开。请稍后重试或换一个地址：中间的镜像或网络可能改动了文件。`,
  },
  'hub-file-changed': {
    en: (p: { path: string; id: string }) =>
      `${p.path} of ${p.id} changed on the hub during the download, so its parts do not belong together. They were thrown away. Load the model again.`,
    zh: (p: { path: string; id: string }) =>
      `下载过程中，模型库上 ${p.id} 的 ${p.path} 发生了变化，前后部分不一致，已丢弃。请重新加载该模型。`,
  },
  'storage-full': {
    en: (p: { path: string }) =>
      `There is no room left to store ${p.path}, so writing stopped. What was complete is kept. Free disk space, or delete cached models and old runs, then try again.`,
    zh: (p: { path: string }) =>
      `没有足够空间存储 ${p.path}，写入已停止，已完成的部分会保留。请清理磁盘，或删除缓存的模型和旧的训练记录后重试。`,
  },
  'file-changed': {
    en: ({ file }: { file: string }) =>
      `${file} was changed, moved or cut off while it was being read, so its parts no longer belong together. Nothing of it was kept. Leave the file as it is and choose it again.`,
    zh: ({ file }: { file: string }) =>
      `读取过程中，${file} 被修改、移动或截断，前后内容不再一致，因此没有保留任何部分。请不要再改动该文件，然后重新选择。`,
  },
  'file-not-writable': {
    en: ({ path, reason }: { path: string; reason: string }) =>
      `${path} cannot be written (${reason}), so writing stopped. What was complete is kept. Give another folder, or the right to write there, and try again.`,
    zh: ({ path, reason }: { path: string; reason: string }) =>
      `无法写入 ${path}（${reason}），写入已停止，已完成的部分会保留。请换一个文件夹，或取得该处的写入权限后重试。`,
  },
  'storage-busy': {
    en: (p: { path: string }) =>
      `Another tab of the studio is writing ${p.path}, so it cannot be written here. Nothing was changed. Wait for that tab or close it, then try again.`,
    zh: (p: { path: string }) =>
      `另一个标签页正在写入 ${p.path}，此处无法写入，未做任何更改。请等待其完成或关闭该标签页，然后重试。`,
  },
  'storage-missing': {
    en: () =>
      'This browser gives pages no private file storage, so a downloaded model could not be kept. Nothing was downloaded. Use a current Chrome, Edge, Firefox or Safari outside a private window, or choose a model folder on disk.',
    zh: () =>
      '此浏览器未向网页提供私有文件存储，下载的模型无法保存，因此未下载。请在非隐私窗口中使用新版 Chrome、Edge、Firefox 或 Safari，或改用本地的模型文件夹。',
  },
} satisfies ErrorCatalog
