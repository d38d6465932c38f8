import type { ErrorCatalog } from './catalog'

/** Errors of gpu: a message names cause, consequence and next action, in that order. */
export const gpuErrors = {
  'gpu-missing': {
    en: () =>
      'This browser offers no WebGPU, so nothing can be trained or run here. Use a current Chrome, Edge, Firefox or Safari, and check that hardware acceleration is switched on.',
    zh: () =>
      '这个浏览器没有提供 WebGPU，因此无法在此训练或运行模型。请使用新版 Chrome、Edge、Firefox 或 Safari，并确认已开启硬件加速。',
  },
  'gpu-no-adapter': {
    en: (p: { detail: string }) =>
      `No graphics adapter answered (${p.detail}), so the model cannot be loaded. Update the graphics driver, or allow WebGPU in the browser's settings, then reload.`,
    zh: (p: { detail: string }) =>
      `没有可用的图形适配器（${p.detail}），因此无法载入模型。请更新显卡驱动，或在浏览器设置中允许 WebGPU，然后重新载入。`,
  },
  'gpu-lost': {
    en: (p: { reason: string }) =>
      `The graphics device was lost (${p.reason}), so the work on it has stopped. Reload the model and resume from the last saved state; if it happens again, use a smaller batch or max_length.`,
    zh: (p: { reason: string }) =>
      `图形设备已丢失（${p.reason}），正在进行的工作已中止。请重新载入模型并从上次保存处继续；若再次发生，请减小批大小或 max_length。`,
  },
  'gpu-error': {
    en: (p: { detail: string }) =>
      `The graphics device refused part of the work (${p.detail}), so the result cannot be trusted and was not used. What was saved before is kept. Reload the model and try again, with a smaller batch or max_length if memory may be short.`,
    zh: (p: { detail: string }) =>
      `图形设备拒绝了部分计算（${p.detail}），结果不可信，已弃用；此前保存的内容仍在。请重新载入模型再试；若可能是显存不足，请减小批大小或 max_length。`,
  },
  'gpu-tensor-too-large': {
    en: (p: { tensor: string; bytes: number; limit: number }) =>
      `"${p.tensor}" needs ${p.bytes} bytes in one piece, and this graphics adapter allows ${p.limit}. Nothing was started. Use a smaller per_device_train_batch_size or max_length.`,
    zh: (p: { tensor: string; bytes: number; limit: number }) =>
      `“${p.tensor}”需要一整块 ${p.bytes} 字节，而这块显卡最多允许 ${p.limit} 字节。尚未开始任何工作。请减小 per_device_train_batch_size 或 max_length。`,
  },
  'gpu-out-of-memory': {
    en: (p: { what: string; bytes: number }) =>
      `The graphics memory is full: ${p.bytes} bytes for ${p.what} could not be had. Nothing that was trained is lost. Close other tabs that use the graphics card, or choose a smaller model, batch or max_length.`,
    zh: (p: { what: string; bytes: number }) =>
      `显存不足：无法为 ${p.what} 分配 ${p.bytes} 字节。已训练的内容不会丢失。请关闭其他占用显卡的标签页，或改用更小的模型、批大小或 max_length。`,
  },
  'gpu-shader': {
    en: (p: { kernel: string; detail: string }) =>
      `The kernel ${p.kernel} was refused by the graphics driver: ${p.detail}. The work cannot start on this device. Please report this text together with the name of the adapter.`,
    zh: (p: { kernel: string; detail: string }) =>
      `图形驱动拒绝了内核 ${p.kernel}：${p.detail}。无法在这台设备上开始工作。请将这段文字连同显卡名称一并反馈。`,
  },
} satisfies ErrorCatalog
