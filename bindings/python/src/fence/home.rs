//! The module's entry, and the interpreter that the store belongs to: the main one.
//!
//! There is one store for the process, and the classes that PyO3 makes are kept for the process as
//! well. Were they made in another interpreter, they would end with it. So any other one is turned
//! away while its module object is made, before PyO3 or this crate has noted anything.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use pyo3::ffi;
use pyo3::prelude::*;

/// PyO3 defines at most five slots, and an end.
const MAX_SLOTS: usize = 8;

/// PyO3's definition of the module, with [`create`] before its slots.
struct Definition {
    definition: UnsafeCell<ffi::PyModuleDef>,
    slots: UnsafeCell<[ffi::PyModuleDef_Slot; MAX_SLOTS]>,
}

// SAFETY: written in `PyInit__hedgerow` only, which CPython calls under the interpreter lock.
unsafe impl Sync for Definition {}

const END: ffi::PyModuleDef_Slot = ffi::PyModuleDef_Slot { slot: 0, value: std::ptr::null_mut() };

static DEFINITION: Definition = Definition {
    definition: UnsafeCell::new(ffi::PyModuleDef {
        m_base: ffi::PyModuleDef_HEAD_INIT,
        m_name: std::ptr::null(),
        m_doc: std::ptr::null(),
        m_size: 0,
        m_methods: std::ptr::null_mut(),
        m_slots: DEFINITION.slots.get().cast(),
        m_traverse: None,
        m_clear: None,
        m_free: None,
    }),
    slots: UnsafeCell::new([END; MAX_SLOTS]),
};

/// What CPython calls to import the module: the definition that it then makes the module by. From
/// 3.13 on it calls this in the main interpreter, whichever it imports for, so nothing is decided
/// here.
///
/// # Safety
///
/// For CPython alone.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyInit__hedgerow() -> *mut ffi::PyObject {
    let theirs = crate::_hedgerow::_PYO3_DEF.init_multi_phase();
    // SAFETY: PyO3's definition, whose slots end with one that is zero. Ours is written anew with
    // the same values each time, and always ends with a slot that is zero.
    unsafe {
        let theirs = &*theirs.cast::<ffi::PyModuleDef>();
        let definition = &mut *DEFINITION.definition.get();
        // From 3.15 on they stand in the slots as well, and have to be the same.
        (definition.m_name, definition.m_doc) = (theirs.m_name, theirs.m_doc);
        let ours = &mut *DEFINITION.slots.get();
        let create = create as unsafe extern "C" fn(_, _) -> _ as *mut c_void;
        ours[0] = ffi::PyModuleDef_Slot { slot: ffi::Py_mod_create, value: create };
        for (at, slot) in ours[1..MAX_SLOTS - 1].iter_mut().enumerate() {
            std::ptr::copy_nonoverlapping(theirs.m_slots.add(at), slot, 1);
            if slot.slot == 0 {
                break;
            }
        }
        ffi::PyModuleDef_Init(definition)
    }
}

/// Makes the module object, in the main interpreter alone.
unsafe extern "C" fn create(
    spec: *mut ffi::PyObject,
    _: *mut ffi::PyModuleDef,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this attached, with a live spec.
    unsafe {
        if ffi::PyInterpreterState_Get() != ffi::PyInterpreterState_Main() {
            let words = c"hedgerow keeps all maps in one store, which belongs to the main \
                          interpreter: no other one of the process can import it";
            ffi::PyErr_SetString(ffi::PyExc_ImportError, words.as_ptr());
            return std::ptr::null_mut();
        }
        let name = ffi::PyObject_GetAttrString(spec, c"name".as_ptr());
        if name.is_null() {
            return std::ptr::null_mut();
        }
        let module = ffi::PyModule_NewObject(name);
        ffi::Py_DECREF(name);
        module
    }
}

/// How many steps of the first import have been made.
static STEPS: AtomicUsize = AtomicUsize::new(0);

/// A step of the first import.
type Step = fn(&Bound<'_, PyModule>) -> PyResult<()>;

/// Makes the steps that no import has made yet. CPython initialises the module again after a
/// program has dropped it from `sys.modules`, and after an import that failed. Each step is made
/// once: it has done all of its work, or none that matters if it is made again.
pub(crate) fn prepare(module: &Bound<'_, PyModule>, steps: &[Step]) -> PyResult<()> {
    for (at, step) in steps.iter().enumerate() {
        if STEPS.load(Relaxed) <= at {
            step(module)?;
            STEPS.store(at + 1, Relaxed);
        }
    }
    Ok(())
}
