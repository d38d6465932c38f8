// B of matmul_nf4, whose loop is that of matmul-workgroup.wgsl: NF4 decoded on its way into the tile, without a slab.
// Forward (B_TRANS) B is [W | scale B] with rows as the weights have them, backward W above A; what stands beside the
// weights is read from the adapter's page. K of the weights is a multiple of 8, each weight's rows are a multiple of 4.
// ALIGNED: their rows begin with a block of 64, whose scale is then read once for all that an invocation decodes of it.
// TABLE: the 16 values from workgroup memory, else by the tree of selects.

// Sixteen values that an invocation brings.
struct Brought { v0: vec4<f32>, v1: vec4<f32>, v2: vec4<f32>, v3: vec4<f32> }

//#if TABLE
var<workgroup> values: array<f32, 16>;
fn fill_values(lane: u32) {
  if (lane < 16u) { values[lane] = nf4_value(lane); }
  workgroupBarrier();
}
fn decoded(codes: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(values[codes.x], values[codes.y], values[codes.z], values[codes.w]);
}
//#else
fn fill_values(lane: u32) {}
fn decoded(codes: vec4<u32>) -> vec4<f32> { return nf4_values(codes); }
//#end

// The weight that a row of the group belongs to.
fn weight_of(n: u32) -> u32 {
  var which = 0u;
  //#if W1
  which += select(0u, 1u, n >= p.start1);
  //#end
  //#if W2
  which += select(0u, 1u, n >= p.start2);
  //#end
  return which;
}

//#if B_TRANS
// Four neighbouring rows: of which weight, and where its elements begin there.
struct Rows { n: u32, which: u32, at: u32 }
fn rows_of(n: u32) -> Rows {
  let which = weight_of(n);
  var start = 0u;
  //#if W1
  start = select(start, p.start1, which == 1u);
  //#end
  //#if W2
  start = select(start, p.start2, which == 2u);
  //#end
  return Rows(n, which, (n - start) * p.weights_k);
}

// The scales of four rows at k.
fn scales_of(own: Rows, k: u32, needed: bool) -> vec4<f32> {
  var scales = vec4<f32>(0.0);
  if (needed && k < p.weights_k) {
    let block = (vec4<u32>(own.at + k) + vec4<u32>(0u, 1u, 2u, 3u) * p.weights_k) / 64u;
    //#for i in 0..3
    //#if W${i}
    if (own.which == ${i}u) {
      scales = vec4<f32>(scale_${i}(block.x), scale_${i}(block.y), scale_${i}(block.z), scale_${i}(block.w));
    }
    //#end
    //#end
  }
  return scales;
}

// Vector `at` along K of four rows.
fn load_block(own: Rows, at: u32, scales: vec4<f32>) -> Brought {
  let k = at * 4u;
  var v = Brought();
  if (k < p.weights_k) {
    let word = (vec4<u32>(own.at + k) + vec4<u32>(0u, 1u, 2u, 3u) * p.weights_k) / 8u;
    var words = vec4<u32>(0u);
    //#for i in 0..3
    //#if W${i}
    if (own.which == ${i}u) {
      words = vec4<u32>(
        //#for q in 0..4
        w${i}[p.code${i} + word[${q}]],
        //#end
      );
    }
    //#end
    //#end
    // The upper half of a word for every other vector.
    words >>= vec4<u32>(16u * (at % 2u));
    //#for q in 0..4
    v.v${q} = decoded(low_codes(words[${q}])) * scales[${q}];
    //#end
  } else {
    //#if ADAPTED
    //#for q in 0..4
    v.v${q} = beside(own.n + ${q}u, k - p.weights_k);
    //#end
    //#end
  }
  return v;
}
//#else
// Sixteen columns of row k from n on.
fn load_row(k: u32, n: u32) -> Brought {
  var v = Brought();
  if (k < p.weights_k) {
    let which = weight_of(k);
    //#if ALIGNED
    let first = min(n, p.N - 16u);
    //#else
    let first = min(n, p.N - 8u);
    //#end
    let second = min(n + 8u, p.N - 8u);
    var words = vec2<u32>(0u);
    var scales = vec2<f32>(0.0);
    //#for i in 0..3
    //#if W${i}
    if (which == ${i}u) {
      let row = (k - p.start${i}) * p.N;
      words = vec2<u32>(w${i}[p.code${i} + (row + first) / 8u], w${i}[p.code${i} + (row + second) / 8u]);
      scales.x = scale_${i}((row + first) / 64u);
      //#if ALIGNED
      scales.y = scales.x;
      //#else
      scales.y = scale_${i}((row + second) / 64u);
      //#end
    }
    //#end
    //#end
    v.v0 = decoded(low_codes(words.x)) * scales.x;
    v.v1 = decoded(high_codes(words.x)) * scales.x;
    v.v2 = decoded(low_codes(words.y)) * scales.y;
    v.v3 = decoded(high_codes(words.y)) * scales.y;
  } else {
    //#if ADAPTED
    //#for q in 0..4
    v.v${q} = beside(min(n + ${4 * q}u, p.N - 4u), k - p.weights_k);
    //#end
    //#end
  }
  return v;
}
//#end
