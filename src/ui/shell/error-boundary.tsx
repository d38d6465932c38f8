import { Component } from 'react'
import type { ReactNode } from 'react'
import { Button } from '../kit/button'
import { useWords } from '../studio-context'
import note from '../kit/note.module.css'

interface ErrorBoundaryState {
  error: Error | null
}

/** A fault in drawing one room must not take away the rail, nor the run that goes on in the worker. */
export class ErrorBoundary extends Component<{ children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null }

  static getDerivedStateFromError(error: Error): ErrorBoundaryState {
    return { error }
  }

  override render() {
    return this.state.error ? <Broken message={this.state.error.message} /> : this.props.children
  }
}

function Broken({ message }: { message: string }) {
  const { t } = useWords()
  return (
    <div className={note.error} role="alert">
      <p>{t('error.page', { message })}</p>
      <p>
        <Button onClick={() => window.location.reload()}>{t('error.reload')}</Button>
      </p>
    </div>
  )
}
