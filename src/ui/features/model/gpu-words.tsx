import type { GpuSummary } from '../../../engine/api/types'
import { useWords } from '../../studio-context'
import { GpuTuning } from './gpu-tuning'
import styles from './model.module.css'

/** What the adapter offers, in sentences. */
export function GpuWords({ gpu }: { gpu: GpuSummary }) {
  const { t, bytes } = useWords()
  const name = gpu.description || [gpu.vendor, gpu.architecture].filter(Boolean).join(' ') || t('gpu.unnamed')
  return (
    <div className={styles.gpuWords}>
      <p>
        <strong>{name}</strong> — {gpu.isSoftware ? t('gpu.software') : t('gpu.real')}
      </p>
      <ul>
        <li>{t('gpu.buffers', { buffer: bytes(gpu.maxBufferBytes), binding: bytes(gpu.maxBindingBytes) })}</li>
        <li>{gpu.features.includes('shader-f16') ? t('gpu.f16') : t('gpu.noF16')}</li>
        <li>{gpu.features.includes('subgroups') ? t('gpu.subgroups') : t('gpu.noSubgroups')}</li>
      </ul>
      <GpuTuning gpu={gpu} />
    </div>
  )
}
