// The weights of a group as they are stored (KIND), one to three (W0, W1, W2), and the adapter beside them: read by the
// kernel that unpacks them and by the product that decodes them in its tile. WIDE_OF_A: the parameter that holds how
// many columns the weights have.

struct Eight { low: vec4<f32>, high: vec4<f32> }
//#for i in 0..3
//#if W${i}
// Eight elements of this weight from e on, which is a multiple of 8; or the one at e.
//#if KIND == nf4 || KIND == nested
fn scale_${i}(block: u32) -> f32 {
  //#if KIND == nested
  let code = (w${i}[p.absmax${i} + block / 4u] >> (8u * (block & 3u))) & 255u;
  return bitcast<f32>(w${i}[code]) * bitcast<f32>(w${i}[p.nested${i} + block / 256u]) + p.offset${i};
  //#else
  return bitcast<f32>(w${i}[p.absmax${i} + block]);
  //#end
}
fn eight_${i}(e: u32) -> Eight {
  let codes = w${i}[p.code${i} + e / 8u];
  let scale = scale_${i}(e / 64u);
  return Eight(nf4_values(low_codes(codes)) * scale, nf4_values(high_codes(codes)) * scale);
}
fn one_${i}(e: u32) -> f32 {
  // The even element of a byte is in its high nibble.
  let code = (w${i}[p.code${i} + e / 8u] >> (4u * ((e & 7u) ^ 1u))) & 15u;
  return nf4_values(vec4<u32>(code)).x * scale_${i}(e / 64u);
}
//#else
fn one_${i}(e: u32) -> f32 {
  //#if KIND == bf16
  return bitcast<f32>((w${i}[e / 2u] >> (16u * (e & 1u))) << 16u);
  //#else
  //#if KIND == half
  return unpack2x16float(w${i}[e / 2u] >> (16u * (e & 1u))).x;
  //#else
  return bitcast<f32>(w${i}[e]);
  //#end
  //#end
}
fn eight_${i}(e: u32) -> Eight {
  return Eight(vec4<f32>(one_${i}(e), one_${i}(e + 1u), one_${i}(e + 2u), one_${i}(e + 3u)),
    vec4<f32>(one_${i}(e + 4u), one_${i}(e + 5u), one_${i}(e + 6u), one_${i}(e + 7u)));
}
//#end
//#end
//#end

// Column j (forward) or row j (backward) of what stands beside the weights: B times the scale, or A.
//#if ADAPTED
fn beside(at: u32, j: u32) -> ${VECTOR} {
  let i = j / p.rank;
  if (i >= p.parts) { return ${VECTOR}(0.0); }
  //#if BACKWARD
  let e = a_of(i) + (j - i * p.rank) * p.${WIDE_OF_A} + at;
  let factor = 1.0;
  //#else
  if (at < from_of(i) || at >= to_of(i)) { return ${VECTOR}(0.0); }
  let e = b_of(i) + (at - from_of(i)) * p.rank + j - i * p.rank;
  let factor = p.scale;
  //#end
  //#if V
  return page[e / 4u] * factor;
  //#else
  return page[e] * factor;
  //#end
}
//#end
