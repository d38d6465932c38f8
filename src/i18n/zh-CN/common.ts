import type { common as english } from '../en/common'

export const common: Record<keyof typeof english, string> = {
  doorsShut: '正在训练，结束后才能更换模型和数据。',
  cached: '已缓存',
  cancel: '取消',
  change: '更换',
  close: '关闭',
  copied: '已复制',
  copy: '复制',
  dismiss: '知道了',
  undo: '撤销',
  tryAgain: '重试',
  perSecond: '{rate}/秒',
  timeLeft: '还需 {time}',
  ofTotal: '{done} / {total}',
  ofRead: '共读取 {n} 行',
  rows: '{n} 行',
  tokens: '{n} 个 token',
}
