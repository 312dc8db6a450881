//! Files of `src` do not import each other in a circle, so each can be read and changed without the files that use it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::{module_of, paths::paths_in, rust_files};

type Module = Vec<String>;

/// The files of a crate without their tests, by module.
struct Files {
    code: BTreeMap<Module, String>,
    /// What a module re-exports, by its name: the module that declares it.
    exports: BTreeMap<(Module, String), Module>,
}

impl Files {
    fn new<'s>(files: impl IntoIterator<Item = (&'s str, &'s str)>) -> Self {
        let files: Vec<_> = files.into_iter().map(|(file, source)| (module_of(file), source)).collect();
        let tests: BTreeSet<Module> = files.iter().flat_map(|(module, source)| test_modules(module, source)).collect();
        let is_of_tests = |module: &[String]| {
            module
                .iter()
                .scan(Module::new(), |above, name| {
                    above.push(name.clone());
                    Some(above.clone())
                })
                .any(|above| tests.contains(&above))
        };
        let code = files.into_iter().filter(|(module, _)| !is_of_tests(module));
        let code = code.map(|(module, source)| (module, without_tests(source).to_owned())).collect();
        let mut files = Self { code, exports: BTreeMap::new() };
        // A name may be re-exported again from a folder further up.
        for _ in 0..3 {
            files.exports = files.re_exported();
        }
        files
    }

    fn re_exported(&self) -> BTreeMap<(Module, String), Module> {
        let mut exports = BTreeMap::new();
        for (module, code) in &self.code {
            for statement in statements(code, true) {
                for path in paths_in(&statement, module) {
                    if let (Some(from), Some(name)) = (self.declaring(module, &path.segments), path.segments.last()) {
                        exports.insert((module.clone(), name.clone()), from);
                    }
                }
            }
        }
        exports
    }

    /// The module that declares what the absolute path `path`, which is written in `module`, names.
    fn declaring(&self, module: &[String], path: &[String]) -> Option<Module> {
        let (first, below) = path.split_first()?;
        // A path that begins with a child module is relative.
        let path = if first == "crate" { below.to_vec() } else { [module, path].concat() };
        let is_relative = first != "crate";
        let above = |length: usize| path.iter().take(length).cloned().collect::<Module>();
        let length = (0..=path.len()).rev().find(|length| self.code.contains_key(&above(*length)))?;
        if is_relative && length <= module.len() {
            return None;
        }
        let found = above(length);
        let exported = path.get(length).and_then(|name| self.exports.get(&(found.clone(), name.clone())));
        Some(exported.cloned().unwrap_or(found))
    }

    /// The files that each file imports from.
    fn imports(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let mut imports = BTreeMap::new();
        for (module, code) in &self.code {
            // A folder's file re-exports what its files declare: that is no use of it.
            let kept = statements(code, false).join("\n");
            let found = paths_in(&kept, module).into_iter().filter_map(|path| self.declaring(module, &path.segments));
            imports.insert(module, found.filter(|found| found != module).collect());
        }
        imports
    }

    /// The circles of files: each is reported once, as the files in it.
    fn circles(&self) -> Vec<String> {
        let imports = self.imports();
        let reaches = |from: &Module| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
            while let Some(module) = next.pop() {
                for import in imports.get(module).into_iter().flatten() {
                    if seen.insert(import) {
                        next.push(import);
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&Module, BTreeSet<&Module>> =
            self.code.keys().map(|module| (module, reaches(module))).collect();
        let circle = |module: &Module| {
            let others = reached.get(module).into_iter().flatten();
            let others = others.filter(|other| reached.get(**other).is_some_and(|back| back.contains(module)));
            others.map(|other| other.join("::")).collect::<Vec<_>>()
        };
        let circles: BTreeSet<Vec<String>> = self.code.keys().map(circle).filter(|files| !files.is_empty()).collect();
        circles.into_iter().map(|files| files.join(" ↔ ")).collect()
    }
}

/// The `pub use` statements of `code` if `exported`, everything else otherwise.
fn statements(code: &str, exported: bool) -> Vec<String> {
    let mut kept = Vec::new();
    let mut is_export = false;
    for line in code.lines() {
        is_export |=
            line.starts_with("pub use") || line.starts_with("pub(crate) use") || line.starts_with("pub(super) use");
        if is_export == exported {
            kept.push(line);
        }
        is_export &= !line.trim_end().ends_with(';');
    }
    vec![kept.join("\n")]
}

/// The modules that `source`, the file of `module`, declares for tests only.
fn test_modules(module: &[String], source: &str) -> Vec<Module> {
    let mut is_for_tests = false;
    let mut found = Vec::new();
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[cfg(test)]") {
            is_for_tests = true;
        } else if let Some(name) = declared_module(line) {
            if is_for_tests {
                found.push(module.iter().cloned().chain([name.to_owned()]).collect());
            }
            is_for_tests = false;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            is_for_tests = false;
        }
    }
    found
}

fn declared_module(line: &str) -> Option<&str> {
    let (before, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
    (before.is_empty() || before.starts_with("pub")).then_some(name)
}

fn without_tests(source: &str) -> &str {
    let end = ["mod tests {", "pub(crate) mod tests {", "pub(super) mod tests {"]
        .iter()
        .filter_map(|start| source.find(&format!("\n{start}")))
        .min();
    source.get(..end.unwrap_or(source.len())).unwrap_or(source)
}

#[test]
fn no_files_of_the_source_import_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources: Vec<(String, String)> = rust_files(&root.join("src"))
        .into_iter()
        .filter(|path| !path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")))
        .map(|path| {
            let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            (file, fs::read_to_string(&path).unwrap())
        })
        .collect();
    assert!(sources.len() > 200, "{} files read", sources.len());
    let files = Files::new(sources.iter().map(|(file, source)| (file.as_str(), source.as_str())));
    let circles = files.circles();
    assert!(circles.is_empty(), "\n{}", circles.join("\n"));
}

#[test]
fn a_planted_circle_is_found_also_through_a_re_export() {
    let one = ("src/oauth/one.rs", "use super::Two;\npub struct One;\n");
    let folder = ("src/oauth/mod.rs", "mod one;\nmod two;\n\npub use self::{\n    one::One,\n    two::Two,\n};\n");
    let two = |source: &'static str| ("src/oauth/two.rs", source);
    let found = |source| Files::new([one, folder, two(source)]).circles();
    assert_eq!(found("use crate::oauth::one::One;\npub struct Two;\n"), ["oauth::one ↔ oauth::two"]);
    assert_eq!(found("pub struct Two;\nfn f() -> super::One { todo() }\n"), ["oauth::one ↔ oauth::two"]);
    assert_eq!(found("pub struct Two;\n"), Vec::<String>::new());
    assert_eq!(
        found("pub struct Two;\n#[cfg(test)]\nmod tests {\n    use super::super::One;\n}\n"),
        Vec::<String>::new()
    );
}
