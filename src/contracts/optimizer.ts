export type OptimizerKind = 'adamw' | 'adamw8bit' | 'paged_adamw8bit'
