//! How fast boleto numbers are computed on one core.

fn main() {
    divan::main();
}
