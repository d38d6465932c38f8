// The 16 values by a tree of selects: arithmetic in registers instead of sixteen dependent loads.
fn nf4_values(code: vec4<u32>) -> vec4<f32> {
  let b0 = (code & vec4<u32>(1u)) != vec4<u32>(0u);
  let b1 = (code & vec4<u32>(2u)) != vec4<u32>(0u);
  let b2 = (code & vec4<u32>(4u)) != vec4<u32>(0u);
  let b3 = (code & vec4<u32>(8u)) != vec4<u32>(0u);
  let v0 = select(vec4<f32>(-1.0), vec4<f32>(-0.6961928009986877), b0);
  let v1 = select(vec4<f32>(-0.5250730514526367), vec4<f32>(-0.39491748809814453), b0);
  let v2 = select(vec4<f32>(-0.28444138169288635), vec4<f32>(-0.18477343022823334), b0);
  let v3 = select(vec4<f32>(-0.09105003625154495), vec4<f32>(0.0), b0);
  let v4 = select(vec4<f32>(0.07958029955625534), vec4<f32>(0.16093020141124725), b0);
  let v5 = select(vec4<f32>(0.24611230194568634), vec4<f32>(0.33791524171829224), b0);
  let v6 = select(vec4<f32>(0.44070982933044434), vec4<f32>(0.5626170039176941), b0);
  let v7 = select(vec4<f32>(0.7229568362236023), vec4<f32>(1.0), b0);
  let low = select(select(v0, v1, b1), select(v2, v3, b1), b2);
  let high = select(select(v4, v5, b1), select(v6, v7, b1), b2);
  return select(low, high, b3);
}

// Elements 0..3 and 4..7 of a word; the even one of a byte is in its high nibble.
fn low_codes(word: u32) -> vec4<u32> { return (vec4<u32>(word) >> vec4<u32>(4u, 0u, 12u, 8u)) & vec4<u32>(15u); }
fn high_codes(word: u32) -> vec4<u32> { return (vec4<u32>(word) >> vec4<u32>(20u, 16u, 28u, 24u)) & vec4<u32>(15u); }

// The same for one code.
fn nf4_value(code: u32) -> f32 {
  let b0 = (code & 1u) != 0u;
  let b1 = (code & 2u) != 0u;
  let b2 = (code & 4u) != 0u;
  let low = select(
    select(select(-1.0, -0.6961928009986877, b0), select(-0.5250730514526367, -0.39491748809814453, b0), b1),
    select(select(-0.28444138169288635, -0.18477343022823334, b0), select(-0.09105003625154495, 0.0, b0), b1), b2);
  let high = select(
    select(
      select(0.07958029955625534, 0.16093020141124725, b0), select(0.24611230194568634, 0.33791524171829224, b0), b1),
    select(select(0.44070982933044434, 0.5626170039176941, b0), select(0.7229568362236023, 1.0, b0), b1), b2);
  return select(low, high, code >= 8u);
}
