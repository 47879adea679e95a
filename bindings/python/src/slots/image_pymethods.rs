//! What PyO3 defines of `Image`.

use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyString, PyTuple, PyType};

use super::arguments::{Parameters, required, truth};
use crate::ffi::byte_source::ByteSource;
use crate::ffi::construct;
use crate::image::{Delta, Image, ImageIterator, Part, applied, check_path, raised, relate};

const OF_BUFFER: Parameters<2> =
    Parameters { function: "Image", names: ["", "pickle"], required: 1, positional: 1 };
const OPEN: Parameters<2> =
    Parameters { function: "open", names: ["", "pickle"], required: 1, positional: 1 };
const DIFF: Parameters<1> =
    Parameters { function: "diff", names: [""], required: 1, positional: 1 };
const ENTRIES: Parameters<1> =
    Parameters { function: "_entries", names: ["values"], required: 1, positional: 1 };
const REDUCE: Parameters<1> =
    Parameters { function: "__reduce_ex__", names: [""], required: 1, positional: 1 };
const CLASS_ITEM: Parameters<1> =
    Parameters { function: "__class_getitem__", names: ["item"], required: 1, positional: 1 };
const APPLY: Parameters<1> =
    Parameters { function: "apply", names: [""], required: 1, positional: 1 };

#[pymethods]
impl Image {
    /// An image over the bytes of an object: `bytes`, `memoryview`, `mmap`, shared memory. Nothing
    /// is copied, and nothing but the header is looked at.
    #[new]
    #[pyo3(signature = (*args, **kw), text_signature = "(buffer, /, *, pickle=False)")]
    fn __new__(args: &Bound<'_, PyTuple>, kw: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let [buffer, pickle] = OF_BUFFER.parse(args, kw)?;
        Image::over(&required(args.py(), buffer)?, truth(pickle)?)
    }

    /// The image of a file, which is mapped: pages are read when they are needed, and are shared by
    /// all processes.
    #[classmethod]
    #[pyo3(signature = (*args, **kw), text_signature = "($cls, path, /, *, pickle=False)")]
    fn open<'py>(
        class: &Bound<'py, PyType>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = class.py();
        let [path, pickle] = OPEN.parse(args, kw)?;
        let path = required(py, path)?;
        check_path(&path)?;
        let map_file = construct::import(py, c"hedgerow._image", c"map_file")?;
        let mapped = construct::call(&map_file, &construct::tuple(py, [path])?)?;
        let options = construct::dict(py)?;
        let pickle = PyBool::new(py, truth(pickle)?).to_owned();
        options.set_item(construct::interned(py, c"pickle")?, pickle)?;
        class.call(construct::tuple(py, [mapped])?, Some(&options))
    }

    fn __len__(&self) -> usize {
        usize::try_from(self.raw.len()).unwrap_or(usize::MAX)
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.find(key)?.is_some())
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.find(key)? {
            Some(record) => self.value(key.py(), record.value),
            None => Err(construct::key_error(key)),
        }
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, ImageIterator>> {
        ImageIterator::over(slf, Part::Keys)
    }

    /// The keys: a view, as that of a dict.
    fn keys<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf, c"ImageKeys")
    }

    /// The values: a view, as that of a dict.
    fn values<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf, c"ImageValues")
    }

    /// Keys and values: a view, as that of a dict.
    fn items<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf, c"ImageItems")
    }

    #[pyo3(name = "_entries", signature = (*args, **kw), text_signature = "($self, values)")]
    fn entries<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, ImageIterator>> {
        let [values] = ENTRIES.parse(args, kw)?;
        ImageIterator::over(slf, if truth(values)? { Part::Values } else { Part::Items })
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        relate::compare(slf, other, op)
    }

    /// As that of a map with the same contents, which is built for it: O(n).
    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        Image::map(slf)?.hash()
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        let image = slf.get();
        let words = format!("<hedgerow.Image of {} entries>", image.raw.len());
        construct::text(slf.py(), &words)
    }

    /// What changed from this image to another image or map: a list as that of `Map.diff`.
    #[pyo3(signature = (*args, **kw), text_signature = "($self, other, /)")]
    fn diff<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let [other] = DIFF.parse(args, kw)?;
        relate::diff(slf, &required(slf.py(), other)?)
    }

    /// A map with the same contents.
    fn map<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let class = construct::import(slf.py(), c"hedgerow._hedgerow", c"Map")?;
        let items = ImageIterator::over(slf, Part::Items)?;
        construct::call(&class, &construct::tuple(slf.py(), [items.into_any()])?)
    }

    /// The image of what a delta makes of the contents: O(changes). The bytes of this one are
    /// shared. A delta that was made from other contents is a `ValueError`.
    #[pyo3(signature = (*args, **kw), text_signature = "($self, delta, /)")]
    fn apply(&self, args: &Bound<'_, PyTuple>, kw: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let py = args.py();
        let [delta] = APPLY.parse(args, kw)?;
        let delta = construct::cast::<Delta>(required(py, delta)?, "a Delta")?;
        applied(py, self, delta.get())
    }

    /// Reads everything and checks it: a `ValueError` says what is wrong. O(n).
    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        self.will_read_all(py)?;
        self.raw.verify().map_err(|error| raised(py, &error))
    }

    /// A number that is the same for the same contents, in any order and process.
    #[getter]
    fn fingerprint(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let bytes = self.raw.fingerprint().to_le_bytes();
        let content = construct::bytes(py, &bytes)?.into_any();
        let from_bytes = construct::attribute(py.get_type::<PyInt>().as_any(), c"from_bytes")?;
        let order = construct::text(py, "little")?.into_any();
        Ok(construct::call(&from_bytes, &construct::tuple(py, [content, order])?)?.unbind())
    }

    /// How many bytes the image has, with those that deltas have added.
    #[getter]
    fn nbytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let bytes = self.raw.bytes().as_ref().len() + self.raw.added_bytes();
        construct::number(py, bytes as u64)
    }

    /// The bytes of an image of these contents.
    fn __bytes__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let object = self.bytes_object(py)?;
        if object.is_exact_instance_of::<PyBytes>() {
            return Ok(object);
        }
        Ok(construct::bytes(py, ByteSource::of(&object)?.as_ref())?.into_any())
    }

    /// For pickle: from protocol 5 on the bytes may stay outside of the pickle.
    #[pyo3(signature = (*args, **kw), text_signature = "($self, protocol, /)")]
    fn __reduce_ex__<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let (py, image) = (slf.py(), slf.get());
        let [protocol] = REDUCE.parse(args, kw)?;
        let outside = required(py, protocol)?.ge(construct::number(py, 5)?)?;
        let bytes = if outside {
            let class = construct::import(py, c"pickle", c"PickleBuffer")?;
            construct::call(&class, &construct::tuple(py, [image.bytes_object(py)?])?)?
        } else {
            image.__bytes__(py)?
        };
        let make = construct::import(py, c"hedgerow._image", c"_image")?;
        let pickle = PyBool::new(py, image.may_unpickle).to_owned().into_any();
        let arguments = construct::tuple(py, [bytes, pickle])?.into_any();
        construct::tuple(py, [make, arguments])
    }

    /// `Image[K, V]`, for annotations.
    #[classmethod]
    #[pyo3(signature = (*args, **kw), text_signature = "($cls, item)")]
    fn __class_getitem__<'py>(
        class: &Bound<'py, PyType>,
        args: &Bound<'py, PyTuple>,
        kw: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let [item] = CLASS_ITEM.parse(args, kw)?;
        let item = required(class.py(), item)?;
        let alias = construct::import(class.py(), c"types", c"GenericAlias")?;
        let arguments = construct::tuple(class.py(), [class.clone().into_any(), item])?;
        construct::call(&alias, &arguments)
    }
}

/// A view of `hedgerow._image`.
fn view<'py>(image: &Bound<'py, Image>, name: &std::ffi::CStr) -> PyResult<Bound<'py, PyAny>> {
    let class = construct::import(image.py(), c"hedgerow._image", name)?;
    construct::call(&class, &construct::tuple(image.py(), [image.clone().into_any()])?)
}
