//! Programs in Python that tests stand on: from PyPI into a folder of the build, and run from there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::absent::not_run;

/// A package with all that it needs, in a folder of its own.
pub(crate) struct Package {
    folder: PathBuf,
}

impl Package {
    /// A package of a version, and the module by which it is known to be there; nothing where it
    /// cannot be had, which is said aloud, and is a failure where all that can be tested must be.
    pub(crate) fn get(name: &str, version: &str, what: &str) -> Option<Self> {
        let package = Self {
            folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{version}")),
        };
        match package.install(name, version) {
            Ok(()) => Some(package),
            Err(why) => {
                not_run(what, &why);
                None
            }
        }
    }

    fn install(&self, name: &str, version: &str) -> Result<(), String> {
        let is_here =
            format!("import importlib.metadata as it; assert it.version('{name}') == '{version}'");
        if self.run(Path::new("."), &["-c", &is_here]).is_ok() {
            return Ok(());
        }
        let folder = self.folder.to_str().ok_or("the build's folder has an odd name")?;
        let wanted = format!("{name}=={version}");
        let install = ["-m", "pip", "install", "--quiet", "--upgrade", "--target", folder, &wanted];
        self.run(Path::new("."), &install)?;
        self.run(Path::new("."), &["-c", &is_here]).map(|_| ())
    }

    /// Runs Python with the package in a folder; what it printed, or why it did not come to a good
    /// end.
    pub(crate) fn run(&self, at: &Path, arguments: &[&str]) -> Result<String, String> {
        let mut python = Command::new("python3");
        let python = python.args(arguments).env("PYTHONPATH", &self.folder).current_dir(at);
        let Output { status, stdout, stderr } = python.output().map_err(|it| {
            format!("python3 cannot be started ({it}): apt-get install python3-pip")
        })?;
        let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
        if status.success() { Ok(text(&stdout)) } else { Err(text(&stdout) + &text(&stderr)) }
    }
}

/// Runs a script of the project that needs no packages, and answers what it printed; it must come to a
/// good end.
#[track_caller]
pub(crate) fn script(path: &str, arguments: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let ran = Command::new("python3").arg(path).args(arguments).output();
    let Output { status, stdout, stderr } = ran.expect("python3 can be started");
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    assert!(status.success(), "{}{}", text(&stdout), text(&stderr));
    text(&stdout)
}
