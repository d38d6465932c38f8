import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from 'react'
import styles from './button.module.css'

type Kind = 'primary' | 'plain' | 'quiet'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** primary: the one thing to do here; plain: something to do; quiet: beside words, without a frame. */
  kind?: Kind
  children: ReactNode
}

export function Button({ kind = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={`${styles.button} ${styles[kind]} ${className}`} {...rest} />
}

/** What leads to another room and looks like a button. */
export function ButtonLink({ kind, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { kind: Kind }) {
  return <a className={`${styles.button} ${styles[kind]}`} {...rest} />
}
