//! CNAB files of the banks: their tables, files that we made up, and files that others published.

mod tables;
