import type { StorageErrors } from '../../../errors/storage'
import type { ErrorTexts } from '../../../errors/texts'

export const storageErrors: ErrorTexts<StorageErrors> = {
  'http-unreachable': ({ url }) =>
    `无法访问 ${url}，因此没有载入。请检查网络连接，或确认页面所在的服务器仍在运行，然后重试。`,
  'http-status': ({ url, status }) =>
    `服务器对 ${url} 返回了 ${status}，因此没有载入。请刷新页面；若问题依旧，说明站点文件没有发布完整。`,
  'http-listing': ({ url }) =>
    `${url} 不是文件列表，因此没有载入任何内容。请刷新页面；若问题依旧，说明站点文件没有发布完整。`,
  'http-length': ({ url, expected, actual }) =>
    `${url} 收到 ${actual} 字节，而列表中为 ${expected} 字节，因此没有打开。请刷新页面；若问题依旧，说明站点文件没有发布完整。`,
  'hub-id': (p) =>
    `“${p.id}” 不是有效的模型编号，无法向模型库查询。请按“所有者/名称”填写，例如 Qwen/Qwen2.5-0.5B-Instruct。`,
  'hub-endpoint': (p) =>
    `“${p.endpoint}” 不是有效的网址，无法访问模型库。请填写带 https:// 的地址，例如 https://huggingface.co。`,
  'hub-unauthorized': (p) =>
    `${p.endpoint} 要求验证身份才能访问 ${p.id}（401）：该模型可能是私有或受限的，也可能编号有误。未下载任何内容。` +
    (p.hadToken ? '当前令牌未被接受，请新建一个有读取权限的令牌。' : '请检查编号，或提供有读取权限的访问令牌。'),
  'hub-forbidden': (p) =>
    `${p.endpoint} 拒绝访问 ${p.id}（403）：该模型需要先同意作者的条款，或令牌没有读取权限。未下载任何内容。请打开模型页面同意条款，再用您的令牌重试。`,
  'hub-not-found': (p) =>
    `${p.endpoint} 上没有版本为 ${p.revision} 的模型 ${p.id}，未下载任何内容。请检查编号和版本的拼写。`,
  'hub-unreachable': (p) =>
    `无法连接 ${p.endpoint}${p.offline ? '：设备处于离线状态' : ''}，下载尚未开始或已中断，已收到的部分会保留。` +
    (p.offline
      ? '请联网后重试，会从中断处继续。'
      : '请重试，会从中断处继续；也可以换一个地址（允许跨域访问的镜像），或改用本地文件夹。'),
  'hub-status': (p) =>
    `模型库对 ${p.url} 返回 ${p.status}，下载已停止，已收到的部分会保留。请稍后重试，会从中断处继续。`,
  'hub-busy': (p) =>
    `${p.endpoint} 要求 ${p.seconds} 秒后再访问，下载已停止，已收到的部分会保留。请届时重试，会从中断处继续。`,
  'hub-listing': (p) =>
    `${p.endpoint} 对 ${p.id} 返回的不是文件列表，因此没有下载任何内容。请确认该地址是模型库，且没有被登录页面拦截（酒店和公司网络常见），然后重试。`,
  'hub-revision': (p) => `“${p.revision}” 不是有效的版本，因此没有发出请求。请填写分支、标签或提交编号，通常是 main。`,
  'hub-push-unauthorized': (p) =>
    `${p.endpoint} 不接受该访问令牌（401），没有向 ${p.id} 发送任何内容。请新建一个有写入权限的令牌。`,
  'hub-push-forbidden': (p) =>
    `${p.endpoint} 不允许用该令牌写入 ${p.id}（403），那里看不到任何新内容。请使用有写入权限的令牌，并确认它属于该所有者。`,
  'hub-push-quota': (p) =>
    `${p.endpoint} 上该账户已没有存放 ${p.id} 的空间（${p.status}：“${p.reason}”），那里看不到其中任何文件。请删除不再需要的内容、换一个所有者或选更小的格式，然后再次推送：已送达的文件不会重复发送。`,
  'hub-push-conflict': (p) =>
    `发送途中，${p.endpoint} 上的 ${p.id} 有了改动（${p.status}：“${p.reason}”），因此文件没有放上去，别人写入的内容也没有被动过。请先去那里查看，再重新推送：已送达的文件不会重复发送。`,
  'hub-push-refused': (p) =>
    `${p.endpoint} 拒绝了给 ${p.id} 的文件（${p.status}：“${p.reason}”）。那里看不到其中任何文件。请按提示修正后再次推送：已送达的文件不会重复发送。`,
  'hub-push-broke': (p) =>
    `向 ${p.id} 发送文件时与 ${p.endpoint} 的连接中断（“${p.reason}”），重试后仍然失败。那里还看不到其中任何文件。网络好转后请再次推送：已送达的文件不会重复发送。`,
  'hub-push-token': (p) =>
    `没有可用的访问令牌，因此没有发送任何内容。请把有写入权限、以 hf_ 开头的令牌放入环境变量 ${p.variable}；它不会被保存。`,
  'hub-push-token-form': () =>
    '访问令牌不是以 hf_ 开头，或含有令牌不会有的字符，因此没有发送。请在模型库新建一个有写入权限的令牌，复制时不要带上其他内容；它只留在内存里。',
  'hub-token': () =>
    '访问令牌中含有令牌不会有的字符（空格、重音或其他文字），因此没有发送。请从模型库重新复制，不要带上其他内容。',
  'hub-file-damaged': (p) =>
    `${p.id} 的 ${p.path} 两次收到的内容都与模型库的列表不符（长度或校验值不同），已丢弃，没有打开。请稍后重试或换一个地址：中间的镜像或网络可能改动了文件。`,
  'hub-file-changed': (p) =>
    `下载过程中，模型库上 ${p.id} 的 ${p.path} 发生了变化，前后部分不一致，已丢弃。请重新加载该模型。`,
  'storage-full': (p) =>
    `没有足够空间存储 ${p.path}，写入已停止，已完成的部分会保留。请清理磁盘，或删除缓存的模型和旧的训练记录后重试。`,
  'file-changed': ({ file }) =>
    `读取过程中，${file} 被修改、移动或截断，前后内容不再一致，因此没有保留任何部分。请不要再改动该文件，然后重新选择。`,
  'file-not-writable': ({ path, reason }) =>
    `无法写入 ${path}（${reason}），写入已停止，已完成的部分会保留。请换一个文件夹，或取得该处的写入权限后重试。`,
  'storage-busy': (p) =>
    `另一个标签页正在写入 ${p.path}，此处无法写入，未做任何更改。请等待其完成或关闭该标签页，然后重试。`,
  'storage-missing': () =>
    '此浏览器未向网页提供私有文件存储，下载的模型无法保存，因此未下载。请在非隐私窗口中使用新版 Chrome、Edge、Firefox 或 Safari，或改用本地的模型文件夹。',
}
