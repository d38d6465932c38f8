/** Keys of the table of actions as a keyboard shows them. */
export const keyText = (keys: string): string => keys.replace('Mod+', 'Ctrl / ⌘ ')
