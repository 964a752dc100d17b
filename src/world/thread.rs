//! Threads: which of them the machine lets wait for others.

/// Lets this thread run where no other wants to: what is done in it may take as long as it takes. A machine
/// that knows no such thing runs it like any other.
pub fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICEST) {
        tracing::debug!(%error, "a thread runs like any other");
    }
}

/// As low as it goes. With less, a thread that computes still holds up who waits for the disk.
#[cfg(target_os = "linux")]
const NICEST: i32 = 19;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// How nice this thread is to others: the 19th word that the machine says of it.
    fn nice() -> String {
        let said = std::fs::read_to_string("/proc/thread-self/stat").expect("a thread");
        let after_its_name = said.rsplit_once(") ").expect("a name").1;
        after_its_name.split(' ').nth(16).expect("enough words").to_owned()
    }

    #[test]
    fn a_thread_stands_back_alone() {
        let here = nice();
        let there = std::thread::spawn(|| {
            stand_back();
            nice()
        });
        assert_eq!(there.join().expect("done"), "19");
        assert_eq!(nice(), here);
    }
}
