//! banks
