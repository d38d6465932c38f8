// Moving rows of C elements: embedding lookup, selection of trained rows, and the way back.

//#if ENTRY == embed_gather
// out[m] = table[ids[m]] for ids within this part of the table [first, first + count); other rows are left alone, so a
// table split over several buffers is gathered by one dispatch a part.
struct Params { M: u32, C: u32, first: u32, count: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<i32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn embed_gather(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index >= p.M * p.C) { return; }
  let id = u32(ids[index / p.C]);
  if (id < p.first || id >= p.first + p.count) { return; }
  let e = (id - p.first) * p.C + index % p.C;
  //#if T_table == bf16
  out[index] = bitcast<f32>((table[e / 2u] >> (16u * (e & 1u))) << 16u);
  //#else
  //#if T_table == half
  out[index] = unpack2x16float(table[e / 2u] >> (16u * (e & 1u))).x;
  //#else
  out[index] = bitcast<f32>(table[e]);
  //#end
  //#end
}
//#end

//#if ENTRY == rows_select
// out[i] = x[chosen[i]] (+ delta[chosen[i]])
struct Params { rows: u32, C: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> chosen: array<i32>;
@group(0) @binding(2) var<storage, read> x: array<${T_x}>;
@group(0) @binding(3) var<storage, read> delta: array<${T_delta}>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn rows_select(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index >= p.rows * p.C) { return; }
  let origin = u32(chosen[index / p.C]) * p.C + index % p.C;
  out[index] = f32(x[origin]) + f32(delta[origin]);
}
//#end

//#if ENTRY == rows_scatter
// out[m] = d[trained[m]] where trained[m] >= 0, else 0: every row is written once, nothing needs clearing. Rows of out
// are `pitch` elements apart.
struct Params { M: u32, C: u32, pitch: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> trained: array<i32>;
@group(0) @binding(2) var<storage, read> d: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<${T_out}>;

@compute @workgroup_size(64)
fn rows_scatter(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index >= p.M * p.C) { return; }
  let origin = trained[index / p.C];
  var v = 0.0;
  if (origin >= 0) { v = d[u32(origin) * p.C + index % p.C]; }
  out[index / p.C * p.pitch + index % p.C] = ${T_out}(v);
}
//#end

//#if ENTRY == rows_append
// cache[first + m] = x[m]: new keys or values into the decoding cache.
struct Params { n: u32, first: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<${T_x}>;
@group(0) @binding(2) var<storage, read_write> cache: array<${T_cache}>;

@compute @workgroup_size(64)
fn rows_append(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index >= p.n) { return; }
  cache[p.first + index] = ${T_cache}(x[index]);
}
//#end
