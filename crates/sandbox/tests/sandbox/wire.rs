//! Requests and answers as they pass the wire.

use std::time::Duration;

use crate::client::{agent, raw};
use crate::fake::{LONG, NAME, new_client, start};

#[test]
fn a_request_reaches_the_bank_whole() {
    let sandbox = start();
    let kit = new_client(&sandbox);
    let url = sandbox.base_url(NAME).unwrap();
    let mut answer = agent(&sandbox, Some(&kit))
        .post(format!("{url}/a/b%20c?x=1&paginacao%5BpaginaAtual%5D=2&nome=Jo%C3%A3o"))
        .header("X-Said", "olá")
        .send("corpo")
        .unwrap();
    assert_eq!(answer.headers()["date"], "Mon, 02 Mar 2026 15:00:00 GMT");
    let body: serde_json::Value =
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(body["method"], "POST");
    assert_eq!(body["path"], "/a/b%20c");
    assert_eq!(body["query"][1][0], "paginacao[paginaAtual]");
    assert_eq!(body["query"][2][1], "João");
    assert_eq!(body["said"], "olá");
    assert_eq!(body["body"], "corpo");
}

#[test]
fn a_drop_closes_without_a_byte() {
    let sandbox = start();
    let kit = new_client(&sandbox);
    assert_eq!(raw(&sandbox, &kit, "/drop"), b"");
}

#[test]
fn a_reset_breaks_off_in_the_middle() {
    let sandbox = start();
    let kit = new_client(&sandbox);
    let answer = raw(&sandbox, &kit, "/reset");
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains(&format!("content-length: {LONG}")), "{head}");
    assert!(!body.is_empty() && body.len() <= LONG / 2, "{}", body.len());
}

#[test]
fn a_late_answer_comes_when_the_clock_gets_there() {
    let sandbox = start();
    let kit = new_client(&sandbox);
    let agent = agent(&sandbox, Some(&kit));
    let url = sandbox.base_url(NAME).unwrap();
    std::thread::scope(|scope| {
        let late = scope.spawn(|| agent.get(format!("{url}/late")).call().unwrap().status());
        // However the two meet, the answer's hour comes.
        while !late.is_finished() {
            sandbox.advance(Duration::from_secs(600)).unwrap();
        }
        assert_eq!(late.join().unwrap(), 200);
    });
}

#[test]
fn thousands_of_requests() {
    const THREADS: u64 = 4;
    const EACH: u64 = 1000;
    let sandbox = start();
    let kit = new_client(&sandbox);
    let agent = agent(&sandbox, Some(&kit));
    let url = format!("{}/count", sandbox.base_url(NAME).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    let mut answer = agent.post(&url).send_empty().unwrap();
                    assert_eq!(answer.status(), 200);
                    answer.body_mut().read_to_vec().unwrap();
                }
            });
        }
    });
    assert_eq!(sandbox.inspect(NAME).unwrap()["count"], THREADS * EACH);
}
