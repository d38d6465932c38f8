// What the kernels of adapted linears share. A group of linears reads one input: q, k and v; gate and up. Its weights
// stand one below the other as one matrix [N, K]; each adapted one has A [rank, K] and B [its rows, rank] in `page`, a
// buffer of the adapter. Part i of at most three owns columns i * rank of the low products, and rows from_i to to_i of
// the matrix. V: everything moves as vec4 (K a multiple of 8, rank and all from_i, to_i multiples of 4).

fn one_of(i: u32, v0: u32, v1: u32, v2: u32) -> u32 { return select(select(v2, v1, i == 1u), v0, i == 0u); }
fn from_of(i: u32) -> u32 { return one_of(i, p.from0, p.from1, p.from2); }
fn to_of(i: u32) -> u32 { return one_of(i, p.to0, p.to1, p.to2); }
fn a_of(i: u32) -> u32 { return one_of(i, p.a0, p.a1, p.a2); }
fn b_of(i: u32) -> u32 { return one_of(i, p.b0, p.b1, p.b2); }
//#if ENTRY != matmul_nf4
fn site_of(i: u32) -> u32 { return one_of(i, p.site0, p.site1, p.site2); }
//#end
