//! Deflate: as small as possible for what is made once, as fast as possible for what is made per page.

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output};

/// Compresses what is computed once and written often.
pub(crate) fn smallest(data: &[u8]) -> Vec<u8> {
    compress_to_vec_zlib(data, 9)
}

/// Compresses pages, keeping its 300 kB of tables from one to the next.
pub(crate) struct Packer(Box<CompressorOxide>);

impl Packer {
    pub(crate) fn new() -> Self {
        let mut state = Box::<CompressorOxide>::default();
        state.set_format_and_level(DataFormat::Zlib, 2);
        Self(state)
    }

    /// Compresses one page's content into `out`, which is emptied first.
    pub(crate) fn pack(&mut self, data: &[u8], out: &mut Vec<u8>) {
        out.clear();
        self.0.reset();
        let (status, _) = compress_to_output(&mut self.0, data, TDEFLFlush::Finish, |piece| {
            out.extend_from_slice(piece);
            true
        });
        debug_assert_eq!(status, TDEFLStatus::Done);
    }
}
