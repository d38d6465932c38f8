/** Lengths in tokens at which facts are asked for, question and answer within them. */
export const LENGTHS = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072] as const
