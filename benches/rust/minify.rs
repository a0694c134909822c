//! `minify` on device-style code, file by file on one thread. The budget: 300 MB/s.
//!
//! The code is the tree that `benches/data/make.py` makes; without it the few files of `tests/data/minify`.

#![allow(missing_docs)] // criterion_group! makes a public function.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use belay_core::minify::minify;
use criterion::{criterion_group, criterion_main, Criterion, Throughput};

fn programs() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["benches/data/cache/packages", "tests/data/minify"].map(|folder| root.join(folder));
    let folder = folders.iter().find(|folder| folder.is_dir()).expect("no code to minify");
    println!("minify: the code of {}", folder.display());
    let mut paths = Vec::new();
    collect(folder, &mut paths);
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("a text in UTF-8")).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            paths.push(path);
        }
    }
}

fn bench(criterion: &mut Criterion) {
    let programs: Vec<String> = programs().into_iter().filter(|program| minify(program).is_ok()).collect();
    for program in &programs {
        let small = minify(program).unwrap();
        assert_eq!(minify(&small).as_ref(), Ok(&small));
        assert_eq!(small.matches('\n').count(), program.matches('\n').count());
    }
    let mut group = criterion.benchmark_group("minify");
    group.throughput(Throughput::Bytes(programs.iter().map(|program| program.len() as u64).sum()));
    group.bench_function("device code", |bencher| {
        bencher
            .iter(|| programs.iter().map(|program| minify(black_box(program)).unwrap().len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
