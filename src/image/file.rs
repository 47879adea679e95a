//! Files that are either the old one or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

/// Writes a file so that a crash at any moment leaves the old one or the new one, whole: beside its
/// name, with a sync, and then renamed. Who has the old file open or mapped goes on with that.
///
/// A process that is killed meanwhile leaves a file that is called as the other, with its number
/// and `.new` behind. Nobody opens it, the next write leaves it alone, and it may be deleted.
///
/// ```no_run
/// let map = hedgerow::Map::from([(1_u64, 2_u64)]);
/// hedgerow::image::write_file("squares.hedgerow", &map.image()?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What the system refuses. The old file is as it was; the name beside it is removed.
pub fn write_file(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let path = path.as_ref();
    let (beside, mut file) = create_beside(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        // The error that is returned says more than one of this call would.
        let _ = fs::remove_file(&beside);
        return renamed;
    }
    sync_folder(path)
}

/// A new file in the same folder, which nobody else has.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or_else(|| {
        io::Error::new(ErrorKind::InvalidInput, "the path of an image has to end in a file name")
    })?;
    for attempt in 0_u32.. {
        let mut beside = name.to_os_string();
        beside.push(format!(".{}-{attempt}.new", process::id()));
        let beside = path.with_file_name(beside);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(ErrorKind::AlreadyExists))
}

/// Makes the new name outlast a crash, where folders can be synced.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
