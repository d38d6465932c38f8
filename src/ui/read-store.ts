import { useStore as useZustand } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { StoreApi } from 'zustand/vanilla'

type Store<T> = Pick<StoreApi<T>, 'getState' | 'getInitialState' | 'subscribe'>

/**
 * What a component draws of a store. The selector is no option: without one, every change of the store draws anew,
 * and a run changes its store several times a second. So components read stores from here alone, never from zustand.
 */
export function useStore<T, S>(store: Store<T>, selector: (state: T) => S): S {
  return useZustand(store, selector)
}

/** Several fields of a store; draws anew when one of them changes, and only then. */
export function useFields<T extends object, K extends keyof T>(store: Store<T>, ...names: readonly K[]): Pick<T, K> {
  return useZustand(
    store,
    useShallow((state: T) => Object.fromEntries(names.map((name) => [name, state[name]])) as Pick<T, K>),
  )
}
