import { useFields } from '../../read-store'
import { Segmented } from '../../kit/segmented'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import styles from './charts.module.css'

/** Smoothing, scale and axis of all charts; remembered. */
export function ChartControls() {
  const { prefs } = useStudio()
  const { t } = useWords()
  const { smoothing, logScale, xAxis } = useFields(prefs, 'smoothing', 'logScale', 'xAxis')
  return (
    <div className={styles.chartControls}>
      <label className={form.slider}>
        <span>{t('chart.smoothing')}</span>
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={smoothing}
          onChange={(event) => prefs.setState({ smoothing: Number(event.target.value) })}
        />
        <span className={`num ${form.sliderValue}`}>{smoothing.toFixed(2)}</span>
      </label>
      <Segmented
        label={t('chart.scale')}
        value={logScale ? 'log' : 'linear'}
        options={[
          { value: 'linear', label: t('chart.linear') },
          { value: 'log', label: t('chart.log') },
        ]}
        onChange={(value) => prefs.setState({ logScale: value === 'log' })}
      />
      <Segmented
        label={t('chart.axis')}
        value={xAxis}
        options={[
          { value: 'step', label: t('axis.step') },
          { value: 'epoch', label: t('axis.epoch') },
          { value: 'tokens', label: t('axis.tokens') },
          { value: 'time', label: t('axis.time') },
        ]}
        onChange={(value) => prefs.setState({ xAxis: value })}
      />
    </div>
  )
}
