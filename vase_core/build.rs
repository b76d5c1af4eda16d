//! Copies `project_template` into the build directory, from where maturin takes it into the wheel (as `vase/project_template`).
//!
//! A plain `include` would put it beside the package, and a symlink inside the package is dropped from wheels without a word.
#![allow(
    clippy::print_stdout,
    reason = "printing is how a build script speaks to cargo"
)]

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// What working on the template leaves behind; none of it belongs into a new project.
const LEFTOVERS: [&str; 5] = [
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
];

fn main() -> io::Result<()> {
    let source = directory("CARGO_MANIFEST_DIR")?.join("../project_template");
    let target = directory("OUT_DIR")?.join("project_template");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    // Files are watched one by one: a watched folder would rebuild the core whenever Python caches a module in it. Whoever adds a
    // file and builds a wheel in the same tree changes this variable, as `make template` does.
    println!("cargo::rerun-if-env-changed=VASE_TEMPLATE_FILES");
    println!("cargo::rerun-if-changed=build.rs");
    copy(&source, &target)
}

fn directory(variable: &str) -> io::Result<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(|| io::Error::other(format!("cargo sets no {variable}")))
}

fn copy(source: &Path, target: &Path) -> io::Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if LEFTOVERS.contains(&name.as_ref()) || name.contains(".sqlite3") {
            continue;
        }
        let (from, to) = (entry.path(), target.join(name.as_ref()));
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            println!("cargo::rerun-if-changed={}", from.display());
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
