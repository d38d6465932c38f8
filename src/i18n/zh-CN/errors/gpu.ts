import type { GpuErrors } from '../../../errors/gpu'
import type { ErrorTexts } from '../../../errors/texts'

export const gpuErrors: ErrorTexts<GpuErrors> = {
  'gpu-missing': () =>
    '这个浏览器没有提供 WebGPU，因此无法在此训练或运行模型。请使用新版 Chrome、Edge、Firefox 或 Safari，并确认已开启硬件加速。',
  'gpu-no-adapter': (p) =>
    `没有可用的图形适配器（${p.detail}），因此无法载入模型。请更新显卡驱动，或在浏览器设置中允许 WebGPU，然后重新载入。`,
  'gpu-lost': (p) =>
    `图形设备已丢失（${p.reason}），正在进行的工作已中止。请重新载入模型并从上次保存处继续；若再次发生，请减小批大小或 max_length。`,
  'gpu-error': (p) =>
    `图形设备拒绝了部分计算（${p.detail}），结果不可信，已弃用；此前保存的内容仍在。请重新载入模型再试；若可能是显存不足，请减小批大小或 max_length。`,
  'gpu-tensor-too-large': (p) =>
    `“${p.tensor}”需要一整块 ${p.bytes} 字节，而这块显卡最多允许 ${p.limit} 字节。尚未开始任何工作。请减小 per_device_train_batch_size 或 max_length。`,
  'gpu-out-of-memory': (p) =>
    `显存不足：无法为 ${p.what} 分配 ${p.bytes} 字节。已训练的内容不会丢失。请关闭其他占用显卡的标签页，或改用更小的模型、批大小或 max_length。`,
  'gpu-shader': (p) =>
    `图形驱动拒绝了内核 ${p.kernel}：${p.detail}。无法在这台设备上开始工作。请将这段文字连同显卡名称一并反馈。`,
}
