import { useEffect, useState } from 'react'
import type { Ledger } from '../../../contracts/ledger'
import { useStudio, useWords } from '../../studio-context'

/** The service worker's own count of what left the page: the proof that the data stays here. */
export function NothingSent() {
  const studio = useStudio()
  const { t, bytes } = useWords()
  const [ledger, setLedger] = useState<Ledger | null>(null)
  useEffect(() => {
    const look = () => void studio.gate.ledger().then(setLedger)
    look()
    // A load that has ended may have asked a hub.
    return studio.model.store.subscribe((now, before) => now.status !== before.status && look())
  }, [studio])
  if (!ledger) return null
  const rows = Object.entries(ledger)
  const sent = rows.reduce((sum, [, row]) => sum + row.sentBytes, 0)
  return (
    <p className="muted">
      {t('model.sent', { bytes: bytes(sent) })}{' '}
      {rows.length === 0
        ? t('model.noRequests')
        : rows.map(([origin, { requests }]) => t('model.requests', { n: requests, origin })).join(' · ')}
    </p>
  )
}
