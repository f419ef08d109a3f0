//! A printed file as its readers see it: through poppler (text, fonts, raster) and zbar (codes).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the tests' own tools: what fails here fails the test"
)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A PDF on disk.
pub(crate) struct Sheet {
    path: PathBuf,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Sheet {
    pub(crate) fn new(pdf: &[u8]) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sheet-{}-{number}.pdf", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, pdf).unwrap();
        Self { path }
    }

    fn run(&self, tool: &str, before: &[&str], after: &[&str]) -> Vec<u8> {
        let output = Command::new(tool)
            .args(before)
            .arg(&self.path)
            .args(after)
            .output()
            .unwrap_or_else(|e| panic!("{tool}: {e}; install poppler-utils and zbar-tools"));
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && complaints.is_empty(), "{tool}: {complaints}");
        output.stdout
    }

    /// Text as laid out.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.run("pdftotext", &["-layout"], &["-"])).unwrap()
    }

    /// Text in the order in which a reader would select and copy it.
    pub(crate) fn copied(&self) -> String {
        String::from_utf8(self.run("pdftotext", &[], &["-"])).unwrap()
    }

    pub(crate) fn pages(&self) -> usize {
        let info = String::from_utf8(self.run("pdfinfo", &[], &[])).unwrap();
        let pages = info.lines().find_map(|l| l.strip_prefix("Pages:")).unwrap();
        pages.trim().parse().unwrap()
    }

    /// The lines of `pdffonts` and `pdfimages -list` under their two headings.
    pub(crate) fn list(&self, tool: &str, options: &[&str]) -> Vec<String> {
        let out = String::from_utf8(self.run(tool, options, &[])).unwrap();
        out.lines().skip(2).map(str::to_owned).collect()
    }

    /// Words with their boxes (left, top, right, bottom) in millimetres.
    pub(crate) fn words(&self) -> Vec<([f32; 4], String)> {
        let html = String::from_utf8(self.run("pdftotext", &["-bbox"], &["-"])).unwrap();
        let value = |line: &str, key: &str| -> f32 {
            let at = line.find(key).unwrap() + key.len() + 2;
            line[at..].split('"').next().unwrap().parse::<f32>().unwrap() * 25.4 / 72.0
        };
        html.lines()
            .filter(|line| line.trim_start().starts_with("<word"))
            .map(|line| {
                let word = line.split(['<', '>']).nth(2).unwrap().to_owned();
                (["xMin", "yMin", "xMax", "yMax"].map(|key| value(line, key)), word)
            })
            .collect()
    }

    /// One page as grey pixels.
    pub(crate) fn raster(&self, page: usize, dpi: u32) -> Raster {
        let (page, dpi_text) = (page.to_string(), dpi.to_string());
        let options = ["-gray", "-singlefile", "-r", &dpi_text, "-f", &page];
        let pgm = self.run("pdftoppm", &options, &[]);
        let header: Vec<&[u8]> = pgm.splitn(4, |b| *b == b'\n').collect();
        let [b"P5", size, b"255", pixels] = header[..] else { panic!("not a PGM") };
        let size = std::str::from_utf8(size).unwrap();
        let (width, height) = size.split_once(' ').unwrap();
        let (width, height) = (width.parse().unwrap(), height.parse().unwrap());
        assert_eq!(pixels.len(), width * height);
        Raster { dpi, width, height, pixels: pixels.to_vec() }
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A rendered page.
pub(crate) struct Raster {
    dpi: u32,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Raster {
    /// What zbar reads: barcodes of 44 digits, or QR codes, from the top of the page.
    pub(crate) fn decode(&self, qr: bool) -> Vec<String> {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("raster-{}-{number}.pgm", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let mut pgm = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        pgm.extend_from_slice(&self.pixels);
        std::fs::write(&path, pgm).unwrap();
        let kind: &[&str] = if qr {
            &["-Sqrcode.enable"]
        } else {
            &["-Si25.enable", "-Si25.min-length=44", "-Si25.max-length=44"]
        };
        let output = Command::new("zbarimg")
            .args(["-q", "--raw", "-Sdisable"])
            .args(kind)
            .arg(&path)
            .output()
            .expect("zbarimg; install zbar-tools");
        std::fs::remove_file(path).unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    fn px(&self, mm: f32) -> usize {
        (mm * self.dpi as f32 / 25.4).round() as usize
    }

    fn dark(&self, x: usize, y: usize) -> bool {
        self.pixels[y * self.width + x] < 160
    }

    /// The smallest box (left, top, right, bottom, in mm) around what is dark in a part of the page.
    pub(crate) fn ink(&self, [left, top, right, bottom]: [f32; 4]) -> Option<[f32; 4]> {
        let (x1, x2) = (self.px(left), self.px(right).min(self.width));
        let (y1, y2) = (self.px(top), self.px(bottom).min(self.height));
        let dark_column = |x: &usize| (y1..y2).any(|y| self.dark(*x, y));
        let dark_row = |y: &usize| (x1..x2).any(|x| self.dark(x, *y));
        let first = [(x1..x2).find(dark_column)?, (y1..y2).find(dark_row)?];
        let last = [(x1..x2).rfind(dark_column)? + 1, (y1..y2).rfind(dark_row)? + 1];
        let mm = |px: usize| px as f32 * 25.4 / self.dpi as f32;
        Some([mm(first[0]), mm(first[1]), mm(last[0]), mm(last[1])])
    }

    /// Length in mm of the dark run that begins at a point.
    pub(crate) fn run(&self, left: f32, top: f32) -> f32 {
        let (x, y) = (self.px(left), self.px(top));
        let length = (x..self.width).take_while(|x| self.dark(*x, y)).count();
        length as f32 * 25.4 / self.dpi as f32
    }
}
