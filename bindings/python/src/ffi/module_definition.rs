//! The definition of the module, which only the main interpreter can import.
//!
//! There is one store for the process, and the classes that PyO3 makes are kept for the process as
//! well. Made in another interpreter, they would end with it. So any other interpreter is refused
//! when it makes the module object, before PyO3 or this crate has kept anything. From 3.12 on the
//! definition says so, and CPython refuses most interpreters itself. It does not ask for those of
//! `Py_NewInterpreter`, nor where it was told not to. `hedgerow/_interpreter.py` says what users
//! can do.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_void};
use std::sync::Once;

use pyo3::ffi;

/// Which interpreters may have the module, and from 3.12 on that again, in CPython's words.
const OWN_SLOTS: usize = 1 + cfg!(Py_3_12) as usize;
/// PyO3 defines at most five slots and a terminator.
const MAX_SLOTS: usize = OWN_SLOTS + 6;

/// What CPython says itself, for `hedgerow/_interpreter.py`.
const REFUSAL: &CStr = c"module hedgerow._hedgerow does not support loading in subinterpreters";

/// PyO3's definition of the module, with slots before its own.
struct Definition {
    definition: UnsafeCell<ffi::PyModuleDef>,
    slots: UnsafeCell<[ffi::PyModuleDef_Slot; MAX_SLOTS]>,
}

// SAFETY: only `define` writes it, once. (Interpreters with locks of their own call it at once.)
unsafe impl Sync for Definition {}

const TERMINATOR: ffi::PyModuleDef_Slot =
    ffi::PyModuleDef_Slot { slot: 0, value: std::ptr::null_mut() };

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
    slots: UnsafeCell::new([TERMINATOR; MAX_SLOTS]),
};

/// The definition that CPython makes the module by: PyO3's, after slots that leave it to the main
/// interpreter.
///
/// # Safety
///
/// Called attached, in any interpreter. `theirs` is PyO3's definition of a module.
pub(crate) unsafe fn define(theirs: *mut ffi::PyObject) -> *mut ffi::PyObject {
    static WRITTEN: Once = Once::new();
    // SAFETY: the slots of PyO3's definition end with one that is zero. So do ours, and nobody has
    // them before they are written.
    WRITTEN.call_once(|| unsafe {
        let theirs = &*theirs.cast::<ffi::PyModuleDef>();
        let definition = &mut *DEFINITION.definition.get();
        // From 3.15 on they are in the slots as well, and must be the same.
        (definition.m_name, definition.m_doc) = (theirs.m_name, theirs.m_doc);
        let ours = &mut *DEFINITION.slots.get();
        let create = create as unsafe extern "C" fn(_, _) -> _ as *mut c_void;
        ours[0] = ffi::PyModuleDef_Slot { slot: ffi::Py_mod_create, value: create };
        #[cfg(Py_3_12)]
        {
            ours[1] = ffi::PyModuleDef_Slot {
                slot: ffi::Py_mod_multiple_interpreters,
                value: ffi::Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED,
            };
        }
        for (at, slot) in ours[OWN_SLOTS..MAX_SLOTS - 1].iter_mut().enumerate() {
            std::ptr::copy_nonoverlapping(theirs.m_slots.add(at), slot, 1);
            if slot.slot == 0 {
                break;
            }
        }
    });
    // SAFETY: a definition that nobody writes any more.
    unsafe { ffi::PyModuleDef_Init(DEFINITION.definition.get()) }
}

/// Makes the module object, in the main interpreter only.
unsafe extern "C" fn create(
    spec: *mut ffi::PyObject,
    _: *mut ffi::PyModuleDef,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this attached, with a live spec.
    unsafe {
        if ffi::PyInterpreterState_Get() != ffi::PyInterpreterState_Main() {
            ffi::PyErr_SetString(ffi::PyExc_ImportError, REFUSAL.as_ptr());
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
