//! Who used the processor, and what went to the disk, as Linux counts it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// The processor time of one thread, readable from any other.
#[derive(Clone, Debug)]
pub(crate) struct Thread(PathBuf);

impl Thread {
    /// The thread that asks.
    pub(crate) fn this() -> Self {
        let own = fs::read_link("/proc/thread-self").expect("Linux");
        Self(PathBuf::from("/proc").join(own).join("schedstat"))
    }

    /// What it has used so far.
    pub(crate) fn used(&self) -> Duration {
        let text = fs::read_to_string(&self.0).expect("a thread that lives");
        let nanoseconds = text.split(' ').next().and_then(|n| n.parse().ok());
        Duration::from_nanos(nanoseconds.expect("a number"))
    }
}

/// What the whole process has used so far, threads that ended included. To 10 ms.
pub(crate) fn process() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    // The name before the parenthesis may hold blanks; user and system time are the 12th and
    // 13th number after it, in hundredths of a second.
    let (_, numbers) = text.rsplit_once(") ").expect("a name");
    let ticks: u64 =
        numbers.split(' ').skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Bytes that the process has sent to the disk so far.
pub(crate) fn written() -> u64 {
    let text = fs::read_to_string("/proc/self/io").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).expect("a number")
}
