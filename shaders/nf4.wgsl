// NF4 with double quantisation, bit-compatible with bitsandbytes. A weight [N, K] is one buffer of u32:
//   [0, 256) the signed dynamic map (float bits), then the nested scales, the absmax codes (bytes) or plain f32 absmax,
//   and the 4-bit codes. Blocks of 64 run over the flattened row-major weight.
// Element e sits in byte e / 2, the even one in the high nibble; so within a word of 8: shift 8 (e / 2) + (4 for even
// e).

//#if ENTRY == nf4_absmax
// absmax of each block of 64 source elements, exact.
struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read_write> absmax: array<f32>;

@compute @workgroup_size(64)
fn nf4_absmax(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) lane: u32) {
  let block = (wid.y * groups.x + wid.x) * 64u + lane;
  if (block * 64u >= p.n) { return; }
  let to = min(p.n, block * 64u + 64u);
  var best = 0.0;
  for (var e = block * 64u; e < to; e++) { best = max(best, abs(read_source(e))); }
  absmax[block] = best;
}
//#end

//#if ENTRY == nf4_encode
// Codes of 8 elements a word. The reciprocal of absmax comes from the host: a GPU's division need not round correctly,
// and one bit decides at a threshold. n is a multiple of 64: a short last block is divided, not multiplied, and the
// host does it.
struct Params { n: u32, word_at: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> reciprocal: array<f32>;
@group(0) @binding(3) var<storage, read> thresholds: array<f32>;
@group(0) @binding(4) var<storage, read_write> weight: array<u32>;

@compute @workgroup_size(64)
fn nf4_encode(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) lane: u32) {
  let word = (wid.y * groups.x + wid.x) * 64u + lane;
  if (word * 8u >= p.n) { return; }
  var bits = 0u;
  for (var q = 0u; q < 8u; q++) {
    let e = word * 8u + q;
    let v = read_source(e) * reciprocal[e / 64u];
    // A tie goes to the lower index: count the thresholds strictly below.
    var code = 0u;
    for (var t = 0u; t < 15u; t++) { code += select(0u, 1u, v > thresholds[t]); }
    bits |= code << (8u * (q / 2u) + select(0u, 4u, (q & 1u) == 0u));
  }
  weight[p.word_at + word] = bits;
}
//#end

//#if SOURCE == bf16
fn read_source(e: u32) -> f32 { return bitcast<f32>((source[e / 2u] >> (16u * (e & 1u))) << 16u); }
//#end
//#if SOURCE == half
// By its bits: a GPU may take the subnormals of f16 for zeros, and one bit decides at a threshold.
fn read_source(e: u32) -> f32 {
  let half = source[e / 2u] >> (16u * (e & 1u));
  let size = half & 0x7fffu;
  let normal = bitcast<f32>((size << 13u) + select(0x38000000u, 0x70000000u, size >= 0x7c00u));
  let value = select(normal, f32(size) * 5.9604644775390625e-8, size < 0x400u);
  return select(value, -value, (half & 0x8000u) != 0u);
}
//#end
//#if SOURCE == f32
fn read_source(e: u32) -> f32 { return bitcast<f32>(source[e]); }
//#end

//#if ENTRY == nf4_dequantize
@group(0) @binding(1) var<storage, read> weight: array<u32>;

fn block_absmax(block: u32) -> f32 {
  //#if NESTED
  let code = (weight[p.absmax_at + block / 4u] >> (8u * (block & 3u))) & 255u;
  return bitcast<f32>(weight[code]) * bitcast<f32>(weight[p.nested_at + block / 256u]) + p.nested_offset;
  //#else
  return bitcast<f32>(weight[p.absmax_at + block]);
  //#end
}
//#end

//#if ENTRY == nf4_dequantize
// Elements [first, first + n) as f32; first is a multiple of 8.
struct Params { n: u32, first: u32, code_at: u32, absmax_at: u32, nested_at: u32, nested_offset: f32 }
@group(0) @binding(0) var<uniform> p: Params;
//#if VECTOR
@group(0) @binding(2) var<storage, read_write> out: array<vec4<${T_out}>>;
//#else
@group(0) @binding(2) var<storage, read_write> out: array<${T_out}>;
//#end

@compute @workgroup_size(64)
fn nf4_dequantize(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index * 8u >= p.n) { return; }
  let word = p.first / 8u + index;
  let codes = weight[p.code_at + word];
  let scale = block_absmax(word / 8u);
  let low = nf4_values(low_codes(codes)) * scale;
  let high = nf4_values(high_codes(codes)) * scale;
  //#if VECTOR
  out[index * 2u] = vec4<${T_out}>(low);
  out[index * 2u + 1u] = vec4<${T_out}>(high);
  //#else
  let at = index * 8u;
  //#for q in 0..4
  if (at + ${q}u < p.n) { out[at + ${q}u] = ${T_out}(low[${q}]); }
  if (at + ${q + 4}u < p.n) { out[at + ${q + 4}u] = ${T_out}(high[${q}]); }
  //#end
  //#end
}
//#end
