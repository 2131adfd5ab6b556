//! Formulas as JavaScript sees them. Nothing is computed here.
//!
//! Bytes are copied a tile at a time, as in [`crate::chunk`]; [`Formula::view`] copies none.

use crate::bytes::Bytes;
use crate::chunk::{Chunk, TILE, Tile, check_size, numbers, tile};
use crate::compare::Comparison;
use crate::dtype::Dtype;
use crate::formula::decode::{Data, spec, tensor};
use crate::formula::job::Job;
use crate::formula::spec::{Angle, Outcome};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// A formula at work on one tensor.
#[wasm_bindgen]
pub struct Formula {
    job: Job,
    /// The result that a view was last given of.
    result: Bytes,
}

#[wasm_bindgen]
impl Formula {
    /// The formula of a `FormulaSpec` at the start of its work on a `FormulaTensor`.
    ///
    /// # Errors
    /// Where one of the two is not of that shape, or its numbers contradict each other.
    #[wasm_bindgen(constructor)]
    pub fn new(formula: JsValue, size: JsValue) -> Result<Self, JsError> {
        let job = Job::new(spec(&formula)?, tensor(&size)?)?;
        Ok(Self { job, result: Bytes::default() })
    }

    /// Whether another pass of `observe` is due.
    #[wasm_bindgen(getter)]
    pub fn pending(&self) -> bool {
        self.job.pending()
    }

    /// One chunk of a pass that only looks.
    ///
    /// # Errors
    /// Where no such pass is due, the chunk does not follow the one before, or it has not the inputs
    /// that the formula takes.
    pub fn observe(&mut self, chunk: &Chunk) -> Result<(), JsError> {
        Ok(self.job.observe(&chunk.inputs)?)
    }

    /// The pass is complete.
    ///
    /// # Errors
    /// Where no pass is due, or it did not cover the tensor.
    pub fn next_pass(&mut self) -> Result<(), JsError> {
        Ok(self.job.next_pass()?)
    }

    /// Writes the chunk's part of the result to `output` as elements of `dtype`.
    ///
    /// # Errors
    /// Where a pass is still due, the chunk does not fit, or `output` has another size.
    pub fn write(
        &mut self,
        chunk: &Chunk,
        dtype: Dtype,
        output: &Uint8Array,
    ) -> Result<(), JsError> {
        self.job.check(&chunk.inputs)?;
        check_size(chunk.elements() * dtype.size(), output)?;
        let mut buffer = Tile::new();
        for start in (0..chunk.elements()).step_by(TILE) {
            let (part, bytes) = tile(output, dtype, start, &mut buffer);
            self.job.write(&chunk.inputs, start, dtype, bytes)?;
            part.copy_from(bytes);
        }
        self.job.finish(&chunk.inputs);
        Ok(())
    }

    /// As [`Self::write`], but the result stays in WASM memory: a view of it, valid until any other
    /// function of this module is called.
    ///
    /// # Errors
    /// Where a pass is still due, the chunk does not fit, or there is no memory.
    pub fn view(&mut self, chunk: &Chunk, dtype: Dtype) -> Result<Uint8Array, JsError> {
        self.job.check(&chunk.inputs)?;
        let bytes = chunk.elements() * dtype.size();
        self.result.resize(bytes)?;
        self.job.write(&chunk.inputs, 0, dtype, &mut self.result)?;
        self.job.finish(&chunk.inputs);
        // SAFETY: the view lies over the formula's own buffer; its contract ends the view before
        // anything could move or free it.
        Ok(unsafe { Uint8Array::view(&self.result) })
    }

    /// Compares the chunk's part of the result with elements of `dtype`, without keeping it. The
    /// numbers are those of `compare`.
    ///
    /// # Errors
    /// Where a pass is still due, the chunk does not fit, or `expected` has another size.
    pub fn compare(
        &mut self,
        chunk: &Chunk,
        dtype: Dtype,
        expected: &Uint8Array,
    ) -> Result<Vec<u32>, JsError> {
        self.job.check(&chunk.inputs)?;
        check_size(chunk.elements() * dtype.size(), expected)?;
        let (mut ours, mut theirs) = (Tile::new(), Tile::new());
        let mut counts = Comparison::default();
        for start in (0..chunk.elements()).step_by(TILE) {
            let (part, theirs) = tile(expected, dtype, start, &mut theirs);
            part.copy_to(theirs);
            let ours = ours.first(theirs.len());
            self.job.write(&chunk.inputs, start, dtype, ours)?;
            counts.add(theirs, ours, dtype);
        }
        self.job.finish(&chunk.inputs);
        Ok(numbers(&counts))
    }

    /// What the passes found, as a `FormulaOutcome`.
    pub fn outcome(&self) -> JsValue {
        let Outcome { angle, kept, ratio, weights } = self.job.outcome();
        object(&[
            ("angle", angle.as_ref().map_or(JsValue::NULL, angle_value)),
            ("kept", numbers_value(&kept)),
            ("ratio", ratio.map_or(JsValue::NULL, JsValue::from)),
            ("weights", weights.as_deref().map_or(JsValue::NULL, numbers_value)),
        ])
    }
}

fn angle_value(angle: &Angle) -> JsValue {
    object(&[
        ("t", angle.t.into()),
        ("cosine", angle.cosine.into()),
        ("branch", angle.branch.into()),
        ("w0", angle.w0.into()),
        ("w1", angle.w1.into()),
    ])
}

fn numbers_value(numbers: &[f64]) -> JsValue {
    numbers.iter().map(|&number| JsValue::from(number)).collect::<Array>().into()
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object refuses no field.
        let _ = Reflect::set(&object, &JsValue::from(*name), value);
    }
    object.into()
}

impl Data for JsValue {
    fn field(&self, name: &str) -> Option<Self> {
        let value = Reflect::get(self, &JsValue::from(name)).ok()?;
        if value.is_null() || value.is_undefined() { None } else { Some(value) }
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn items(&self) -> Option<Vec<Self>> {
        Array::is_array(self).then(|| Array::from(self).iter().collect())
    }
}
