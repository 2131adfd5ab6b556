/** A small recipe of two models, one of them pinned. */
export const RECIPE = `merge_method: slerp
base_model: owner/a
slices:
  - sources:
      - model: owner/a
        layer_range: [0, 24]
      - model: owner/b@v2
        layer_range: [0, 24]
parameters:
  t: 0.5
`;
