//! `quita serve` does not listen where others could listen in, unless it is told to.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::process::Command;

/// Starts a server that must refuse to; gives what it says.
fn refusal(arguments: &[&str]) -> String {
    let folder = std::env::temp_dir().join(format!("quita-exposure-{}", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_quita"))
        .arg("serve")
        .arg("--dir")
        .arg(&folder)
        .args(arguments)
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(!folder.exists(), "nothing was made");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn beyond_this_machine_it_takes_tls_or_a_proxy() {
    let said = refusal(&["--listen", "0.0.0.0:0"]);
    for way_out in ["--certificate", "--trusted-proxy", "--insecure-http"] {
        assert!(said.contains(way_out), "{said}");
    }
}

#[test]
fn the_address_of_a_proxy_is_https() {
    let said = refusal(&["--listen", "127.0.0.1:0", "--url", "http://cobranca.example.com"]);
    assert!(said.contains("https://"), "{said}");
}
